package contract

import (
	"cmp"
	"slices"

	"github.com/cob-lang/cob/lang/diag"
	"github.com/cob-lang/cob/lang/expression"
	"github.com/cob-lang/cob/lang/source"
	"github.com/cob-lang/cob/lang/types"
)

// Kind is the notation a contract is written in.
type Kind string

// The kinds of contracts, as the author writes them after use.
const (
	OpenAPI    Kind = "openapi"
	AsyncAPI   Kind = "asyncapi"
	Proto      Kind = "proto"
	WSDL       Kind = "wsdl"
	JSONSchema Kind = "jsonschema"
)

// Kinds are all kinds, in the order of the specification.
var Kinds = []Kind{OpenAPI, AsyncAPI, Proto, WSDL, JSONSchema}

// The codes of this room; their pages are in the table of compiler/check.
const (
	CodeContract diag.Code = "COB5007" // the contract cannot be read
	CodeSchema   diag.Code = "COB5008" // a part of it cannot be used
	CodeAsJSON   diag.Code = "COB5023" // a part of it is read as json
	CodeBounds   diag.Code = "COB5024" // it is beyond a limit
	CodeLost     diag.Code = "COB5026" // a constraint of it is not kept
)

// Limits of what is read. A contract beyond one of them is refused whole, but
// for MaxEnum, MaxListed, MaxListings and MaxTold.
const (
	// MaxBytes bounds one file, and MaxAllBytes all files of one contract.
	MaxBytes    = 8 << 20
	MaxAllBytes = 32 << 20
	// MaxProtoBytes bounds a proto file: the largest ones there are have 2 MB.
	MaxProtoBytes = 4 << 20
	// MaxMarks bounds the line ends, brackets and commas of a YAML file, and the
	// braces, commas and semicolons of a proto file: they cost most of its time.
	MaxMarks = 500_000
	// MaxFiles bounds the files of one contract: itself and what it refers to.
	MaxFiles = 500
	// MaxNesting bounds how deeply brackets, blocks and elements nest in a file.
	MaxNesting = 200
	// MaxRefs bounds a chain of references of which each names the next.
	MaxRefs = 50
	// MaxID bounds the bytes of the URI that an $id gives a schema, and MaxIDs the
	// schemas of one contract that have one.
	MaxID  = 2048
	MaxIDs = 10_000
	// MaxParts bounds the schemas that are looked at, each time they are used.
	MaxParts = 500_000
	// MaxEnum bounds the values of one enum; a longer one is read as string.
	MaxEnum = 2000
	// MaxListed bounds the values of an enum of numbers, and MaxListings those of all of them in
	// one contract: what is beyond is not checked.
	MaxListed   = 100
	MaxListings = 20_000
	// MaxTold bounds the warnings about one contract that are told one by one.
	MaxTold = 20
)

// Contract is what a foreign file says, in the terms of the language. All names
// of types are qualified: "orders.catalog_api.Product".
type Contract struct {
	Kind Kind
	// Failed says that it could not be read, which has been told: nothing else is
	// in it but the Files.
	Failed      bool
	Files       []File                  // the file of the use first, then by path
	Types       []types.Definition      // by name
	Refinements []expression.Refinement // by type and field
	Operations  []Operation             // by service and name
	Channels    []Channel               // by name; of asyncapi
	XML         []XML                   // of wsdl, by type and field
	Proto       []ProtoField            // of proto, by type and field
	// Services are the names behind which operations stand together, sorted: the
	// services of a proto file, the ports of a WSDL. Other kinds have none.
	Services []string
	// Connector is the protocol in which the operations are asked: http, grpc,
	// soap, or what an asyncapi server names. It is empty where there is none.
	Connector string
	// Declared are the places of types and operations, for an editor.
	Declared map[string]source.Span
}

// File is one file that was read, by its path in the package's directory.
type File struct {
	Path   string
	Digest string // SHA-256, hexadecimal
}

// Operation is one thing that can be asked for. Exactly one of HTTP, GRPC, SOAP
// and Message is set.
type Operation struct {
	Name    string
	Service string // one of Services, or empty
	Doc     string
	Params  []Param
	Result  types.Type // Void when nothing comes back
	Faults  []Fault    // by name, then status
	// Refinements are those of parameters, and of the result, which has no Field.
	// Their Type is empty: it is the endpoint's name and the operation's.
	Refinements []expression.Refinement

	HTTP    *HTTP
	GRPC    *GRPC
	SOAP    *SOAP
	Message *Message
}

// Param is one parameter of an Operation and where it travels.
type Param struct {
	types.Field
	In string // path, query, header or body; empty where the protocol has one place
	// Between stands between the items of a list that travels as one text; it is
	// empty where each item is a parameter of its own.
	Between string
}

// Fault is one fault of an operation and how an answer says it.
type Fault struct {
	Name   string // qualified
	Status int    // of HTTP, else 0
	// Element is the qualified name of the detail element of SOAP, as {space}name.
	Element string
	// Body says that the answer's body is the one field of the fault, for it is
	// no record.
	Body bool
}

// HTTP says how an operation travels as an exchange of HTTP.
type HTTP struct {
	Method string // upper case
	Path   string // "/products/{sku}"
}

// GRPC says how an operation travels as a call of gRPC.
type GRPC struct {
	Service string // "shop.v1.Inventory"
	Method  string
	Input   string // message, by its full name
	Output  string
}

// SOAP says how an operation travels in an envelope.
type SOAP struct {
	Version string // "1.1" or "1.2"
	Action  string // SOAPAction
	Style   string // document or rpc
	Input   string // element of the body, as {space}name
	Output  string // empty where nothing comes back
	Address string // what the contract says, which a binding replaces
	space   string // of the body in rpc style
}

// Message says how an operation travels as a message.
type Message struct {
	Channel     string // address, with {parameters}
	Name        string // of the message
	ContentType string
	Reply       string // address of the answers, or empty
}

// Channel is an address of an asyncapi contract and what travels there.
type Channel struct {
	Name     string
	Address  string
	Protocol string
	Messages []types.Type // in the order of the contract
	Receives bool         // somebody who uses the contract gets messages from it
	Sends    bool         // or sends them there
	// Refinements are those of every message that is received where Messages has one
	// type. They have no Type and no Field.
	Refinements []expression.Refinement
}

// XML says how a field of a type looks in XML: an element unless it is an
// attribute or the text of its element.
type XML struct {
	Type      string // qualified
	Field     string
	Space     string // of names; empty where the element has none
	Name      string
	Attribute bool
	Text      bool
}

// Find returns the operation of that name in a service, or nil. The service is
// empty where the contract has none.
func (c *Contract) Find(service, name string) *Operation {
	for i := range c.Operations {
		if c.Operations[i].Name == name && c.Operations[i].Service == service {
			return &c.Operations[i]
		}
	}
	return nil
}

// Type says whether the contract declares a type of that qualified name.
func (c *Contract) Type(qualified string) bool { return c.Definition(qualified) != nil }

// Definition returns the type of that qualified name, or nil.
func (c *Contract) Definition(qualified string) *types.Definition {
	i, ok := slices.BinarySearchFunc(c.Types, qualified, func(d types.Definition, n string) int { return cmp.Compare(d.Name, n) })
	if !ok {
		return nil
	}
	return &c.Types[i]
}

func (c *Contract) sort() {
	slices.SortFunc(c.Types, func(a, b types.Definition) int { return cmp.Compare(a.Name, b.Name) })
	slices.SortFunc(c.Refinements, func(a, b expression.Refinement) int {
		return cmp.Or(cmp.Compare(a.Type, b.Type), cmp.Compare(a.Field, b.Field))
	})
	slices.SortStableFunc(c.XML, func(a, b XML) int { return cmp.Or(cmp.Compare(a.Type, b.Type), cmp.Compare(a.Field, b.Field)) })
	slices.SortStableFunc(c.Proto, func(a, b ProtoField) int {
		return cmp.Or(cmp.Compare(a.Type, b.Type), cmp.Compare(a.Field, b.Field))
	})
	slices.SortStableFunc(c.Operations, func(a, b Operation) int {
		return cmp.Or(cmp.Compare(a.Service, b.Service), cmp.Compare(a.Name, b.Name))
	})
	for i := range c.Operations {
		slices.SortStableFunc(c.Operations[i].Faults, func(a, b Fault) int {
			return cmp.Or(cmp.Compare(a.Name, b.Name), cmp.Compare(a.Status, b.Status))
		})
	}
	slices.SortStableFunc(c.Channels, func(a, b Channel) int { return cmp.Compare(a.Name, b.Name) })
	slices.Sort(c.Services)
	if len(c.Files) > 1 {
		slices.SortFunc(c.Files[1:], func(a, b File) int { return cmp.Compare(a.Path, b.Path) })
	}
}
