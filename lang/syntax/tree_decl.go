package syntax

// PackageDecl is `package orders`.
type PackageDecl struct {
	DeclHead
	Name Name `parser:"'package' @@"`
}

// ImportDecl is `import "../customers"` or `import "std/retry" as retry`.
type ImportDecl struct {
	DeclHead
	Path *StringExpr `parser:"'import' @@"`
	As   Name        `parser:"( 'as' @@ )?"`
}

// UseDecl is `use openapi "contracts/catalog.yaml" as catalog_api`.
type UseDecl struct {
	DeclHead
	Kind Name        `parser:"'use' @@"` // openapi, asyncapi, proto, wsdl, jsonschema
	File *StringExpr `parser:"@@"`
	As   Name        `parser:"'as' @@"`
}

// LabelDecl is `label health is personal, internal`.
type LabelDecl struct {
	DeclHead
	Name    Name    `parser:"'label' @@"`
	Parents []*Path `parser:"( 'is' @@ ( ',' @@ )* )?"`
}

// TypeDecl is `type Order { ... }` or `type Percent = int where value in 0..100`.
type TypeDecl struct {
	DeclHead
	Name   Name
	Fields *Fields // nil for an alias
	Alias  Type
	Where  Expr
}

// EnumDecl is `enum Status { open, closed }`.
type EnumDecl struct {
	DeclHead
	Name    Name         `parser:"'enum' @@"`
	Members *EnumMembers `parser:"@@"`
}

// EnumMembers is the braced list of an enum.
type EnumMembers struct {
	Place
	List []*EnumMember
}

// EnumMember is one value of an enum.
type EnumMember struct {
	Place
	Doc  string
	Name Name
}

// UnionDecl is `union Payment { card: Card, transfer: Iban }`.
type UnionDecl struct {
	DeclHead
	Name  Name    `parser:"'union' @@"`
	Cases *Fields `parser:"@@"`
}

// FaultDecl is `fault Declined { reason: string }`.
type FaultDecl struct {
	DeclHead
	Name   Name
	Fields *Fields // nil when the fault carries nothing
}

// EventDecl is `event Shipped { order: string }`.
type EventDecl struct {
	DeclHead
	Name   Name
	Fields *Fields // nil when the event carries nothing
}

// CloudDecl is `cloud paris { jurisdiction: "FR" }`.
type CloudDecl struct {
	DeclHead
	Name     Name      `parser:"'cloud' @@"`
	Settings *Settings `parser:"@@?"`
}

// EndpointDecl is `endpoint payments: http { ... }`. What stands behind the colon
// is a connector (`http`) or the name of a `use`.
type EndpointDecl struct {
	DeclHead
	Name Name
	Kind *Path
	Body *EndpointBody
}

// EndpointBody is what an endpoint has between its braces.
type EndpointBody struct {
	Place
	Settings   []*Setting
	Operations []*Operation
	Receives   []*Receive
	Bindings   []*Binding
}

// Operation is `operation charge(order: string) -> Charge raises Declined { ... }`.
type Operation struct {
	Place
	Doc    string
	Name   Name
	Params *Params
	Result Type // nil when nothing comes back
	Raises []*Path
	Body   *OperationBody
}

// OperationBody says how an operation is carried out.
type OperationBody struct {
	Place
	Request  *Request // nil when the connector needs none
	Settings []*Setting
	Errors   []*ErrorMapping
}

// Find returns the first setting of that name, or nil.
func (b *OperationBody) Find(name string) *Setting {
	if b == nil {
		return nil
	}
	return findSetting(b.Settings, name)
}

// Request is `post "/charges" { body: ... }`. The settings of its braces are its
// own; those behind a comma belong to the operation.
type Request struct {
	Place
	Verb     Name // get, post, publish: what the connector has
	Target   Expr // nil when nothing stands behind the verb
	Settings []*Setting
}

// Find returns the first setting of that name, or nil.
func (r *Request) Find(name string) *Setting {
	if r == nil {
		return nil
	}
	return findSetting(r.Settings, name)
}

// ErrorMapping is `error 409: OutOfStock { sku: response.sku }`.
type ErrorMapping struct {
	Place
	Status Expr
	Fault  Expr
}

// Receive is `receive readings: Reading { topic: "ward/+/hr" }`.
type Receive struct {
	Place
	Doc      string
	Name     Name      `parser:"'receive' @@"`
	Type     Type      `parser:"':' @@"`
	Settings *Settings `parser:"@@?"`
}

// Binding is `on paris { url: env.URL, availability: 99.95% }`.
type Binding struct {
	Place
	Doc      string
	Cloud    *Path
	Settings *Settings
}

// FailoverDecl is `failover continuity { prefer: cheapest }`.
type FailoverDecl struct {
	DeclHead
	Name     Name      `parser:"'failover' @@"`
	Settings *Settings `parser:"@@"`
}

// SLADecl is `sla gold { completion: 99% within 10d, on breach { ... } }`.
type SLADecl struct {
	DeclHead
	Name Name   `parser:"'sla' @@"`
	Body *Block `parser:"@@"`
}

// PolicyDecl is `policy europe { deny call when ... because "..." }`.
type PolicyDecl struct {
	DeclHead
	Name Name        `parser:"'policy' @@"`
	Body *PolicyBody `parser:"@@"`
}

// PolicyBody is the rules of a policy, and its settings.
type PolicyBody struct {
	Place
	Settings []*Setting
	Rules    []*PolicyRule
}

// PolicyRule is `deny call when condition because "reason"`.
type PolicyRule struct {
	Place
	Doc     string
	Effect  Name        `parser:"@@"` // allow or deny
	Points  []Name      `parser:"@@ ( ',' @@ )*"`
	When    Expr        `parser:"( 'when' @@ )?"`    // nil: always
	Because *StringExpr `parser:"( 'because' @@ )?"` // nil when no reason is given
}

// RoleDecl is `role manager { groups: ["managers"] }`.
type RoleDecl struct {
	DeclHead
	Name     Name      `parser:"'role' @@"`
	Settings *Settings `parser:"@@?"`
}

// ProcessDecl is `process Fulfil(order: Order) -> Receipt raises Declined { ... }`.
type ProcessDecl struct {
	DeclHead
	Name   Name
	Params *Params
	Result Type // nil when nothing comes back
	Raises []*Path
	Body   *Block
}

// ChannelDecl is `channel intake: queue of Order { dead_letter: rejected }`.
type ChannelDecl struct {
	DeclHead
	Name     Name      `parser:"'channel' @@"`
	Kind     Name      `parser:"':' @@"` // queue or topic
	Of       Type      `parser:"'of' @@"`
	Settings *Settings `parser:"@@?"`
}

// RouteDecl is `route orders_in { from intake as order ... }`.
type RouteDecl struct {
	DeclHead
	Name Name   `parser:"'route' @@"`
	Body *Block `parser:"@@"`
}

// SampleDecl is `sample small: Order { ... }`; the literal is a record of that type.
type SampleDecl struct {
	DeclHead
	Name  Name `parser:"'sample' @@"`
	Value Expr `parser:"':' @@"` // a *RecordExpr with its Type for `name: T { ... }`
}

// TestDecl is `test "title" { given ... when ... then ... }`.
type TestDecl struct {
	DeclHead
	Title *StringExpr `parser:"'test' @@"`
	Body  *TestBody   `parser:"@@"`
}

// TestBody is the steps of a test in the order of the text.
type TestBody struct {
	Place
	Settings []*Setting
	Steps    []*TestStep
}

// TestStep is one `given`, `when` or `then` line: a row of terms, where a word is
// an *Ident. `given warehouse.hold returns { id: "h1" }` has three terms, `then
// never called payments.refund` has three, `when Fulfil(small)` has one.
type TestStep struct {
	Place
	Kind  Name // given, when or then
	Terms []Expr
}

// Word returns the text of the i-th term when it is a bare word, else "".
func (t *TestStep) Word(i int) string { return (&Phrase{Terms: t.Terms}).Word(i) }

// BadDecl is text in column 1 that begins no declaration.
type BadDecl struct {
	DeclHead
}

func (d *PackageDecl) DeclName() Name  { return d.Name }
func (d *LabelDecl) DeclName() Name    { return d.Name }
func (d *TypeDecl) DeclName() Name     { return d.Name }
func (d *EnumDecl) DeclName() Name     { return d.Name }
func (d *UnionDecl) DeclName() Name    { return d.Name }
func (d *FaultDecl) DeclName() Name    { return d.Name }
func (d *EventDecl) DeclName() Name    { return d.Name }
func (d *CloudDecl) DeclName() Name    { return d.Name }
func (d *EndpointDecl) DeclName() Name { return d.Name }
func (d *FailoverDecl) DeclName() Name { return d.Name }
func (d *SLADecl) DeclName() Name      { return d.Name }
func (d *PolicyDecl) DeclName() Name   { return d.Name }
func (d *RoleDecl) DeclName() Name     { return d.Name }
func (d *ProcessDecl) DeclName() Name  { return d.Name }
func (d *ChannelDecl) DeclName() Name  { return d.Name }
func (d *RouteDecl) DeclName() Name    { return d.Name }
func (d *SampleDecl) DeclName() Name   { return d.Name }

// DeclName returns the name a `use` gives to its contract.
func (d *UseDecl) DeclName() Name { return d.As }

// DeclName returns the name an import is given with `as`; zero without.
func (d *ImportDecl) DeclName() Name { return d.As }
