package contract

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/cob-lang/cob/lang/diag"
	"github.com/cob-lang/cob/lang/source"
	"github.com/cob-lang/cob/lang/types"
)

// Options of Read.
type Options struct {
	// Dir is the directory of the package in the file system; "" is its root.
	// Nothing outside of it is read.
	Dir string
	// Prefix stands before the path of every file in diagnostics.
	Prefix string
	// Overlay replaces the text of files by their path in the file system.
	Overlay map[string]string
	// Qualify stands before the names of all types: "orders.catalog_api".
	Qualify string
	// Use is where the author names the contract; it may be unknown.
	Use source.Span
}

// Read reads the contract in a file, whose path is relative to the package's
// directory, and the files that it refers to. The Contract is there however
// broken the file is; what cannot be used is told at its place.
func Read(kind Kind, fsys fs.FS, file string, o Options) (*Contract, []diag.Diagnostic) {
	r := &reader{Contract: &Contract{Kind: kind, Declared: map[string]source.Span{}}, fsys: fsys, o: o,
		documents: map[string]*document{}, refs: map[*node]*resource{}, names: names{}}
	read := map[Kind]func(*reader, string){OpenAPI: readOpenAPI, AsyncAPI: readAsyncAPI, Proto: readProto, WSDL: readWSDL, JSONSchema: readJSONSchema}[kind]
	if read == nil {
		r.Failed = true
		return r.Contract, []diag.Diagnostic{diag.Errorf(CodeContract, o.Use, "contracts of the kind %s are not known", kind)}
	}
	func() {
		defer r.stop()
		read(r, path.Clean(file))
	}()
	if r.Failed {
		r.Contract = &Contract{Kind: kind, Failed: true, Files: r.Files}
		// What of it would be left out no longer matters.
		r.ds = slices.DeleteFunc(r.ds, func(d diag.Diagnostic) bool { return d.Severity != diag.Error })
	}
	r.sort()
	return r.Contract, r.tell()
}

// reader is what all kinds share: files, limits, names and what is told.
type reader struct {
	*Contract
	fsys      fs.FS
	o         Options
	documents map[string]*document // by path
	sources   map[string]*source.File
	bytes     int
	parts     int
	ids       int
	listings  int                 // values of enums that are compared one by one
	refs      map[*node]*resource // what references to other schemas and files mean
	names     names               // of types
	ds        []diag.Diagnostic
	told      map[place]bool
}

type place struct {
	code diag.Code
	at   source.Span
}

// halt is how a reader gives a contract up from wherever it stands.
type halt struct{}

func (r *reader) stop() {
	if x := recover(); x != nil {
		if _, ok := x.(halt); !ok {
			panic(x)
		}
		r.Failed = true
	}
}

// fail gives the whole contract up.
func (r *reader) fail(code diag.Code, at source.Span, format string, args ...any) {
	r.failWith(diag.Errorf(code, at, format, args...))
}

func (r *reader) failWith(d diag.Diagnostic) {
	r.ds = append(r.ds, r.used(d))
	panic(halt{})
}

// part counts one look at a schema.
func (r *reader) part(at source.Span) { r.counted(at, 1) }

// counted counts so many looks.
func (r *reader) counted(at source.Span, n int) {
	if r.parts += n; r.parts > MaxParts {
		r.fail(CodeBounds, at, "this contract is made of more than %d parts, counted wherever they are used", MaxParts)
	}
}

// used adds where the contract is used to a diagnostic that stands elsewhere.
func (r *reader) used(d diag.Diagnostic) diag.Diagnostic {
	if !r.o.Use.Known() || d.Primary.File() == r.o.Use.File() {
		return d
	}
	if !d.Primary.Known() {
		d.Primary = r.o.Use
		return d
	}
	return d.WithNote(r.o.Use, "the contract is used here")
}

// lost tells that a constraint is not kept.
func (r *reader) lost(n *node, format string, args ...any) {
	r.once(diag.Warningf(CodeLost, n.at(), format, args...).WithHelp("it is left to the service: what it refuses comes back as a fault, or is rejected"))
}

// report tells an error once per place; what it is about is left out.
func (r *reader) report(at source.Span, format string, args ...any) {
	r.once(diag.Errorf(CodeSchema, at, format, args...).WithHelp("correct it in this copy of the contract, and let its owner know"))
}

// left tells that a part is left out while the rest can be used.
func (r *reader) left(at source.Span, format string, args ...any) {
	r.once(diag.Warningf(CodeSchema, at, format, args...).WithHelp("what needs it is written by hand, as an endpoint of its own; this copy of the contract can do without it"))
}

// json tells that a part is read as json, and gives that type.
func (r *reader) json(at source.Span, format string, args ...any) types.Type {
	r.once(diag.Warningf(CodeAsJSON, at, format, args...).WithHelp("it is read as json"))
	return types.Of(types.JSON)
}

func (r *reader) once(d diag.Diagnostic) {
	if r.told == nil {
		r.told = map[place]bool{}
	}
	p := place{d.Code, d.Primary}
	if !r.told[p] {
		r.told[p] = true
		r.ds = append(r.ds, r.used(d))
	}
}

// tell gives what there is to tell: of many warnings the first ones and how many
// there are.
func (r *reader) tell() []diag.Diagnostic {
	diag.Sort(r.ds)
	var out []diag.Diagnostic
	warnings, last := 0, 0
	for _, d := range r.ds {
		if d.Severity != diag.Error {
			if warnings++; warnings > MaxTold {
				continue
			}
			last = len(out)
		}
		out = append(out, d)
	}
	if more := warnings - MaxTold; more > 0 {
		out[last].Help = strings.TrimPrefix(fmt.Sprintf("%s; the contract has %d more such warnings", out[last].Help, more), "; ")
	}
	return out
}

// open reads a file of the package. The text is UTF-8 without NUL.
func (r *reader) open(name string, at source.Span) *source.File {
	if f := r.sources[name]; f != nil {
		return f
	}
	if r.sources == nil {
		r.sources = map[string]*source.File{}
	}
	text, err := r.text(name)
	if err != nil {
		r.failWith(unreadable(name, at, err))
	}
	f := source.New(r.o.Prefix+name, text)
	start := f.Span(0, 0)
	if len(r.sources)+1 > MaxFiles {
		r.fail(CodeBounds, at, "the contract refers to more than %d files", MaxFiles-1)
	}
	if r.bytes += len(text); r.bytes > MaxAllBytes {
		r.fail(CodeBounds, at, "the files of the contract have more than %d bytes together", MaxAllBytes)
	}
	if i := strings.IndexByte(text, 0); i >= 0 {
		r.fail(CodeContract, span(f, i, i+1), "%s is no text: here is a NUL byte", name)
	}
	if !utf8.ValidString(text) {
		i := invalid(text)
		r.fail(CodeContract, span(f, i, i+1), "%s is not UTF-8 from here on", name)
	}
	if strings.TrimSpace(text) == "" {
		r.fail(CodeContract, start, "%s is empty", name)
	}
	sum := sha256.Sum256([]byte(text))
	r.Files = append(r.Files, File{name, hex.EncodeToString(sum[:])})
	r.sources[name] = f
	return f
}

// marks bounds how often one of some characters stands in a file.
func (r *reader) marks(name string, f *source.File, marks string) {
	n := 0
	for i := range len(f.Text) {
		if strings.IndexByte(marks, f.Text[i]) >= 0 {
			if n++; n > MaxMarks {
				r.fail(CodeBounds, span(f, i, i+1), "%s has more than %d line ends, brackets and commas", name, MaxMarks)
			}
		}
	}
}

func invalid(text string) int {
	for i := 0; i < len(text); {
		c, size := utf8.DecodeRuneInString(text[i:])
		if c == utf8.RuneError && size == 1 {
			return i
		}
		i += size
	}
	return len(text)
}

// sizeError says that a file is larger than MaxBytes.
type sizeError struct{ size int64 }

func (e *sizeError) Error() string {
	return fmt.Sprintf("has %d bytes and a contract may have at most %d", e.size, MaxBytes)
}

func (r *reader) text(name string) (string, error) {
	if !fs.ValidPath(name) {
		return "", fs.ErrInvalid
	}
	full := path.Join(r.o.Dir, name)
	if text, ok := r.o.Overlay[full]; ok {
		if len(text) > MaxBytes {
			return "", &sizeError{int64(len(text))}
		}
		return text, nil
	}
	f, err := r.fsys.Open(full)
	if err != nil {
		return "", err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return "", err
	}
	if info.IsDir() {
		return "", errors.New("it is a directory")
	}
	if info.Size() > MaxBytes {
		return "", &sizeError{info.Size()}
	}
	text, err := io.ReadAll(io.LimitReader(f, MaxBytes+1))
	if err == nil && len(text) > MaxBytes {
		err = &sizeError{int64(len(text))}
	}
	return string(text), err
}

func unreadable(name string, at source.Span, err error) diag.Diagnostic {
	var size *sizeError
	if errors.As(err, &size) {
		return diag.Errorf(CodeContract, at, "%s %v", name, err)
	}
	d := diag.Errorf(CodeContract, at, "the contract %s cannot be read", name)
	switch {
	case strings.Contains(at.Text(), "://"):
		return d.WithLabel("on a network").WithHelp("contracts are read from files alone: save it into the directory of this package")
	case errors.Is(err, fs.ErrInvalid):
		return d.WithLabel("outside of the package").WithHelp("put the contract into the directory of this package")
	case errors.Is(err, fs.ErrNotExist):
		return d.WithLabel("no such file").WithHelp("the path is relative to the directory of this package")
	}
	var failed *fs.PathError
	if errors.As(err, &failed) {
		err = failed.Err // the name has been said
	}
	return d.WithLabel("%v", err)
}

func span(f *source.File, start, end int) source.Span {
	start = min(max(start, 0), len(f.Text))
	return f.Span(start, min(max(end, start), len(f.Text)))
}

// qualified is a name of a type with the contract's name before it.
func (r *reader) qualified(name string) string { return r.o.Qualify + "." + name }

// unused makes an identifier of a foreign name that no type of the contract has
// yet, and takes it.
func (r *reader) unused(name string) string { return r.names.free(identifier(name), true) }

// names are names that are in use, with the number that was last put behind each.
type names map[string]int

// free is a name that is not in use: the wanted one, or one with a number behind
// it. It may be taken, which makes it one that is in use.
func (n names) free(wanted string, take bool) string {
	name := wanted
	for i := n[wanted]; i > 0; i++ {
		if name = fmt.Sprintf("%s_%d", wanted, i+1); n[name] == 0 {
			if take {
				n[wanted] = i
			}
			break
		}
	}
	if take {
		n[name] = max(n[name], 1)
	}
	return name
}

// identifier is a foreign name as a name of the language.
func identifier(name string) string {
	var b strings.Builder
	for i, c := range name {
		switch {
		case c == '_' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z', i > 0 && c >= '0' && c <= '9':
			b.WriteRune(c)
		case i == 0 && c >= '0' && c <= '9':
			b.WriteByte('_')
			b.WriteRune(c)
		default:
			b.WriteByte('_')
		}
	}
	if b.Len() == 0 {
		return "_"
	}
	return b.String()
}

// fields are fields of one record, with names that differ.
type fields struct {
	list  []types.Field
	names names
}

// named makes a field of a foreign name, which is not in the list yet.
func (f *fields) named(name string, t types.Type) types.Field {
	x := types.Field{Name: f.names.free(identifier(name), false), Type: t}
	if x.Name != name {
		x.Wire = name
	}
	return x
}

func (f *fields) add(list ...types.Field) {
	if f.names == nil {
		f.names = names{}
	}
	for _, x := range list {
		wanted := x.Name
		if x.Wire != "" {
			wanted = identifier(x.Wire)
		}
		f.names.free(wanted, true)
		f.names[x.Name] = max(f.names[x.Name], 1)
		f.list = append(f.list, x)
	}
}
