//go:build !unix

package httpconnector

// alive says whether an idle connection can carry another request, as far as
// can be told without asking the system.
func (c *conn) alive() bool { return c.in.Buffered() == 0 }
