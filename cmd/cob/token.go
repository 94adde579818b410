package main

import (
	"bytes"
	"crypto/rand"
	"fmt"
	"io"
	"os"
	"runtime"
	"strings"
	"sync"
	"time"

	"github.com/spf13/cobra"

	"github.com/cob-lang/cob/runtime/access"
)

// tokenReread is how long a change of the token file may take to count.
const tokenReread = time.Second

// tokenFile is a token file that is read again when it changes. A change that cannot be
// read leaves the tokens as they were, and is told once.
type tokenFile struct {
	path string
	say  io.Writer

	mu     sync.Mutex
	read   time.Time // when it was looked at last
	text   []byte
	told   string
	tokens *access.Table
}

// openTokens reads a token file. Errors: with the way out, code exitUsage.
func openTokens(path string, say io.Writer) (*tokenFile, error) {
	f := &tokenFile{path: path, say: say, read: time.Now()}
	var err error
	if f.text, err = readTokens(path); err == nil {
		f.tokens, err = access.Parse(f.text)
	}
	if err != nil {
		return nil, failure(exitUsage, "%s is no token file: %v\n  cob token PERSON --role ROLE --file %[1]s adds a token to it", path, err)
	}
	return f, nil
}

// readTokens refuses a file that others may write: they could let themselves in.
func readTokens(path string) ([]byte, error) {
	info, err := os.Stat(path)
	switch {
	case err != nil:
		return nil, err
	case info.Size() > access.MaxFile:
		return nil, fmt.Errorf("it has %d bytes; at most %d are read", info.Size(), access.MaxFile)
	case runtime.GOOS != "windows" && info.Mode().Perm()&0o022 != 0:
		return nil, fmt.Errorf("others than its owner may write it (%v): chmod 600 %s", info.Mode().Perm(), path)
	}
	return os.ReadFile(path)
}

// table is what the file says now.
func (f *tokenFile) table() *access.Table {
	f.mu.Lock()
	defer f.mu.Unlock()
	if time.Since(f.read) < tokenReread {
		return f.tokens
	}
	f.read = time.Now()
	text, err := readTokens(f.path)
	if err == nil && bytes.Equal(text, f.text) {
		return f.tokens
	}
	var tokens *access.Table
	if err == nil {
		tokens, err = access.Parse(text)
	}
	switch {
	case err == nil:
		f.tokens, f.text, f.told = tokens, text, ""
		fmt.Fprintf(f.say, "%s has changed: %d tokens count now\n", f.path, tokens.Len())
	case err.Error() != f.told:
		f.told = err.Error()
		fmt.Fprintf(f.say, "%s has changed, and the tokens stay as they were: %v\n", f.path, err)
	}
	return f.tokens
}

func tokenCommand() *cobra.Command {
	var roles, groups []string
	var until, file string
	cmd := &cobra.Command{
		Use:   "token PERSON",
		Short: "Make a token that says who asks a node",
		Long: `Makes a token and prints it: this is the only time that it is seen. What a node has
to know of it, its hash and what its holder may do, is one line of a token file
(cob run --tokens). To take a token back, delete its line: a node that runs follows
within a second.

` + rolesText(),
		Example: `  cob token ada --role operator --group managers --file tokens > ada.token
  cob run --tokens tokens examples/orders
  cob ps --token-file ada.token`,
		Args: cobra.ExactArgs(1),
	}
	cmd.Flags().StringSliceVar(&roles, "role", nil, "what the holder may do, several with commas")
	cmd.Flags().StringSliceVar(&groups, "group", nil, "groups of the holder, for the roles and policies of packages")
	cmd.Flags().StringVar(&until, "until", "", "its last day or moment, such as 2027-01-31 (default: for ever)")
	cmd.Flags().StringVar(&file, "file", "", "token file to append the line to (default: the line goes to standard error)")
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		g := access.Grant{Person: args[0], Roles: roles, Groups: groups}
		var err error
		if until != "" {
			if g.Until, err = access.ParseUntil(until); err != nil {
				return err
			}
		}
		token := "cob_" + rand.Text()
		line, err := access.Line(g, token)
		if err != nil {
			return err
		}
		if file == "" {
			fmt.Fprintln(cmd.ErrOrStderr(), line)
		} else if err := appendLine(file, line); err != nil {
			return failure(exitUsage, "%v", err)
		}
		_, err = fmt.Fprintln(cmd.OutOrStdout(), token)
		return err
	}
	return cmd
}

func rolesText() string {
	var b strings.Builder
	b.WriteString("Roles:")
	for _, r := range access.Roles() {
		fmt.Fprintf(&b, "\n  %-9s %s", r.Name, r.Does)
	}
	return b.String()
}

// appendLine adds a line to a token file that is well, or is not there.
func appendLine(path, line string) error {
	text, err := os.ReadFile(path)
	if err != nil && !os.IsNotExist(err) {
		return err
	}
	line += "\n"
	if len(text) > 0 && text[len(text)-1] != '\n' {
		line = "\n" + line
	}
	if _, err := access.Parse([]byte(string(text) + line)); err != nil {
		return fmt.Errorf("%s is no token file: %w", path, err)
	}
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_APPEND, 0o600)
	if err != nil {
		return err
	}
	_, err = f.WriteString(line)
	if closed := f.Close(); err == nil {
		err = closed
	}
	return err
}
