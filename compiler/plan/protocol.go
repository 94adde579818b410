package plan

// GRPC says how an operation looks as a call of gRPC.
type GRPC struct {
	Service string `json:"service"` // full name, "shop.v1.Inventory"
	Method  string `json:"method"`
	Input   string `json:"input"` // full name of the message
	Output  string `json:"output"`
}

// SOAP says how an operation looks in an envelope.
type SOAP struct {
	Version string      `json:"version" one:"1.1 1.2"`
	Action  string      `json:"action,omitempty"`
	Style   string      `json:"style" one:"document rpc"`
	Input   string      `json:"input"`            // element of the body, as {space}name
	Output  string      `json:"output,omitempty"` // empty where nothing comes back
	Faults  []SOAPFault `json:"faults,omitempty"` // by fault
}

// SOAPFault maps an element of a fault's detail to a fault.
type SOAPFault struct {
	Element string `json:"element"`         // as {space}name
	Fault   string `json:"fault" to:"type"` // qualified
}

// Message says how an operation looks as a message.
type Message struct {
	Channel     string `json:"channel"` // address, with {parameters}
	Name        string `json:"name,omitempty"`
	ContentType string `json:"content_type,omitempty"`
	Reply       string `json:"reply,omitempty"` // address of the answers
}
