package contract

import (
	"path"
	"strings"

	"github.com/bufbuild/protocompile/ast"
	"github.com/bufbuild/protocompile/parser"
	"github.com/bufbuild/protocompile/reporter"
	"google.golang.org/protobuf/types/descriptorpb"

	"github.com/cob-lang/cob/lang/diag"
	"github.com/cob-lang/cob/lang/source"
	"github.com/cob-lang/cob/lang/types"
)

// protos reads files of Protocol Buffers, version 2, 3 and editions.
type protos struct {
	*reader
	main    *protoFile
	files   map[string]*protoFile // by path; nil where there is none
	enums   map[string]bool       // by their names in the contract
	all     map[string]*protoType // messages and enums by full name
	imports []*protoFile          // in the order in which they were found
}

type protoFile struct {
	file   *source.File
	ast    parser.Result
	set    *descriptorpb.FileDescriptorProto
	absent []string // imports that are not in the package
}

// protoType is a message or an enum.
type protoType struct {
	full    string
	in      *protoFile
	message *descriptorpb.DescriptorProto
	enum    *descriptorpb.EnumDescriptorProto
	name    string // as a type of the contract, when it is one
}

func readProto(r *reader, name string) {
	p := &protos{reader: r, files: map[string]*protoFile{}, all: map[string]*protoType{}, enums: map[string]bool{}}
	p.main = p.read(name, r.o.Use)
	p.Connector = "grpc"
	for i := 0; i < len(p.imports); i++ {
		p.index(p.imports[i])
	}
	for _, m := range p.main.set.MessageType {
		p.declareAll(p.main.set.GetPackage(), m)
	}
	for _, e := range p.main.set.EnumType {
		p.declare(p.all[join(p.main.set.GetPackage(), e.GetName())])
	}
	for _, s := range p.main.set.Service {
		p.service(s)
	}
	if len(p.Services) == 0 {
		p.Connector = ""
	}
}

func join(scope, name string) string {
	if scope == "" {
		return name
	}
	return scope + "." + name
}

// declareAll declares a message and those inside of it.
func (p *protos) declareAll(scope string, m *descriptorpb.DescriptorProto) {
	full := join(scope, m.GetName())
	if m.GetOptions().GetMapEntry() {
		return
	}
	p.declare(p.all[full])
	for _, inner := range m.NestedType {
		p.declareAll(full, inner)
	}
	for _, e := range m.EnumType {
		p.declare(p.all[join(full, e.GetName())])
	}
}

// read parses a file and what it imports.
func (p *protos) read(name string, at source.Span) *protoFile {
	f := &protoFile{file: p.open(name, at)}
	p.files[name] = f
	p.imports = append(p.imports, f)
	if len(f.file.Text) > MaxProtoBytes {
		p.fail(CodeBounds, at, "%s has %d bytes and a proto file may have at most %d", name, len(f.file.Text), MaxProtoBytes)
	}
	p.marks(name, f.file, "{,;")
	if i := deepest(f.file.Text); i >= 0 {
		p.fail(CodeBounds, span(f.file, i, i+1), "%s nests more than %d deep", name, MaxNesting)
	}
	handler := reporter.NewHandler(reporter.NewReporter(func(err reporter.ErrorWithPos) error {
		p.fail(CodeContract, p.place(f, err.Start(), err.End()), "%s is no valid proto file: %v", name, err.Unwrap())
		return err
	}, nil))
	tree, err := parser.Parse(name, strings.NewReader(f.file.Text), handler)
	if err == nil {
		f.ast, err = parser.ResultFromAST(tree, true, handler)
	}
	if err != nil {
		p.fail(CodeContract, span(f.file, 0, 0), "%s is no valid proto file: %v", name, err)
	}
	f.set = f.ast.FileDescriptorProto()
	for i, imported := range f.set.Dependency {
		if wellKnownFile(imported) {
			continue
		}
		found := ""
		for _, candidate := range []string{path.Join(path.Dir(name), imported), path.Join(path.Dir(p.imports[0].set.GetName()), imported), path.Clean(imported)} {
			if found == "" && p.there(candidate) {
				found = candidate
			}
		}
		if found == "" {
			if path.IsAbs(imported) || strings.HasPrefix(path.Join(path.Dir(name), imported), "..") {
				p.once(diag.Errorf(CodeContract, p.importAt(f, i), "%s leads out of the package, and nothing outside of it is read", imported).
					WithHelp("put the file into the directory of this package and import it from there"))
			}
			f.absent = append(f.absent, imported)
			continue
		}
		if p.files[found] == nil {
			p.read(found, p.importAt(f, i))
		}
	}
	return f
}

// there says whether a file of the package can be read.
func (p *protos) there(name string) bool {
	if p.files[name] != nil {
		return true
	}
	_, err := p.text(name)
	_, big := err.(*sizeError)
	return err == nil || big
}

func (p *protos) place(f *protoFile, start, end ast.SourcePos) source.Span {
	return span(f.file, start.Offset, end.Offset)
}

func (p *protos) at(f *protoFile, n ast.Node) source.Span {
	if n == nil {
		return span(f.file, 0, 0)
	}
	info := f.ast.AST().NodeInfo(n)
	at := p.place(f, info.Start(), info.End())
	if i := strings.IndexByte(at.Text(), '\n'); i >= 0 {
		return at.First(i)
	}
	return at
}

func (p *protos) importAt(f *protoFile, index int) source.Span {
	for _, d := range f.ast.AST().Decls {
		if imp, ok := d.(*ast.ImportNode); ok {
			if index == 0 {
				return p.at(f, imp.Name)
			}
			index--
		}
	}
	return span(f.file, 0, 0)
}

// deepest is where brackets of a proto file nest too deep, or -1. Texts and
// comments are skipped.
func deepest(s string) int {
	depth := 0
	for i := 0; i < len(s); i++ {
		switch c := s[i]; c {
		case '"', '\'':
			for i++; i < len(s) && s[i] != c && s[i] != '\n'; i++ {
				if s[i] == '\\' {
					i++
				}
			}
		case '/':
			switch rest := s[i:]; {
			case strings.HasPrefix(rest, "//"):
				i += len(lineAt(s, i))
			case strings.HasPrefix(rest, "/*"):
				end := strings.Index(rest[2:], "*/")
				if end < 0 {
					return -1
				}
				i += end + 3
			}
		case '{', '[', '(':
			if depth++; depth > MaxNesting {
				return i
			}
		case '}', ']', ')':
			depth = max(0, depth-1)
		}
	}
	return -1
}

// index notes the types of a file by their full names.
func (p *protos) index(f *protoFile) {
	var messages func(scope string, list []*descriptorpb.DescriptorProto)
	enums := func(scope string, list []*descriptorpb.EnumDescriptorProto) {
		for _, e := range list {
			full := join(scope, e.GetName())
			p.all[full] = &protoType{full: full, in: f, enum: e}
		}
	}
	messages = func(scope string, list []*descriptorpb.DescriptorProto) {
		for _, m := range list {
			full := join(scope, m.GetName())
			p.all[full] = &protoType{full: full, in: f, message: m}
			messages(full, m.NestedType)
			enums(full, m.EnumType)
		}
	}
	messages(f.set.GetPackage(), f.set.MessageType)
	enums(f.set.GetPackage(), f.set.EnumType)
}

// find looks a name up from the innermost scope outwards.
func (p *protos) find(scope, name string) (t *protoType, full string) {
	if strings.HasPrefix(name, ".") {
		return p.all[name[1:]], name[1:]
	}
	for {
		full := join(scope, name)
		if t := p.all[full]; t != nil {
			return t, full
		}
		if wellKnown[full].known {
			return nil, full
		}
		if scope == "" {
			return nil, name
		}
		scope = scope[:max(0, strings.LastIndexByte(scope, '.'))]
	}
}

// service adds the operations of a service.
func (p *protos) service(s *descriptorpb.ServiceDescriptorProto) {
	p.Services = append(p.Services, s.GetName())
	scope := join(p.main.set.GetPackage(), s.GetName())
	p.Declared[s.GetName()] = p.at(p.main, p.main.ast.Node(s))
	for _, m := range s.Method {
		at := p.at(p.main, p.main.ast.Node(m))
		if m.GetClientStreaming() || m.GetServerStreaming() {
			p.left(at, "%s streams, which a call in COB does not: the operation is left out", m.GetName())
			continue
		}
		input, in := p.message(scope, m.GetInputType(), at)
		output, out := p.message(scope, m.GetOutputType(), at)
		if in == "" || out == "" {
			continue
		}
		o := Operation{Name: identifier(m.GetName()), Service: s.GetName(), Result: output, Doc: p.doc(p.main.ast.Node(m)),
			GRPC: &GRPC{Service: scope, Method: m.GetName(), Input: in, Output: out}}
		if input.Kind != types.Void {
			o.Params = []Param{{Field: types.Field{Name: "request", Type: input}}}
		}
		p.Declared[o.Service+"."+o.Name] = at
		p.Operations = append(p.Operations, o)
	}
}

// message is the type of what a method takes or gives, and its full name; it is
// empty where there is no such message, which has been told.
func (p *protos) message(scope, name string, at source.Span) (types.Type, string) {
	t, full := p.find(scope, name)
	if t == nil && full == "google.protobuf.Empty" {
		return types.Of(types.Void), full
	}
	x, ok := p.named(scope, name, p.main, at)
	if !ok {
		return x, ""
	}
	return x, full
}

// named is the type of a name; ok is false where nothing is called so.
func (p *protos) named(scope, name string, in *protoFile, at source.Span) (types.Type, bool) {
	t, full := p.find(scope, name)
	if t == nil {
		w := wellKnown[full]
		if !w.known {
			d := "no message or enum is called %s"
			if len(in.absent) > 0 {
				d += "; the package does not hold " + strings.Join(in.absent, ", ")
			}
			p.report(at, d, name)
			return types.Of(types.JSON), false
		}
		return w.is, true
	}
	p.declare(t)
	return types.Ref(t.name), true
}

// doc is the comment before a node.
func (p *protos) doc(n ast.Node) string {
	if n == nil {
		return ""
	}
	comments := p.main.ast.AST().NodeInfo(n).LeadingComments()
	if comments.Len() == 0 {
		return ""
	}
	text := comments.Index(comments.Len() - 1).RawText()
	text = strings.TrimSuffix(strings.TrimPrefix(strings.TrimPrefix(text, "//"), "/*"), "*/")
	return strings.TrimSpace(text)
}
