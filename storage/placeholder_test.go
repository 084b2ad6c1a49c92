package storage

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// sources are the parsed files of this package that are no tests.
func sources(t *testing.T) (*token.FileSet, []*ast.File) {
	t.Helper()
	set := token.NewFileSet()
	names, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	var files []*ast.File
	for _, name := range names {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		f, err := parser.ParseFile(set, name, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, f)
	}
	if len(files) < 15 {
		t.Fatalf("only %d files were read", len(files))
	}
	return set, files
}

// constants are the texts of this package that have a name.
func constants(files []*ast.File) map[string]ast.Expr {
	found := map[string]ast.Expr{}
	for _, f := range files {
		for _, d := range f.Decls {
			g, ok := d.(*ast.GenDecl)
			if !ok || g.Tok != token.CONST {
				continue
			}
			for _, spec := range g.Specs {
				v := spec.(*ast.ValueSpec)
				for i, name := range v.Names {
					if i < len(v.Values) {
						found[name.Name] = v.Values[i]
					}
				}
			}
		}
	}
	return found
}

// text is the text of an expression that joins literals and constants; what is
// neither stands as a blank.
func text(e ast.Expr, constants map[string]ast.Expr) string {
	switch e := e.(type) {
	case *ast.BasicLit:
		if s, err := strconv.Unquote(e.Value); err == nil && e.Kind == token.STRING {
			return s
		}
	case *ast.BinaryExpr:
		if e.Op == token.ADD {
			return text(e.X, constants) + text(e.Y, constants)
		}
	case *ast.Ident:
		if v, ok := constants[e.Name]; ok {
			return text(v, constants)
		}
	case *ast.ParenExpr:
		return text(e.X, constants)
	}
	return " "
}

var placeholders = regexp.MustCompile(`\$(\d+)`)

// ascend says whether the placeholders of a statement appear in ascending
// order at first sight, without a gap.
func ascend(statement string) bool {
	next := 1
	for _, m := range placeholders.FindAllStringSubmatch(statement, -1) {
		n, err := strconv.Atoi(m[1])
		if err != nil || n > next {
			return false
		}
		if n == next {
			next++
		}
	}
	return true
}

// TestPlaceholdersAscend reads every statement of the package: SQLite numbers
// placeholders by their first appearance, whatever they are called.
func TestPlaceholdersAscend(t *testing.T) {
	for statement, want := range map[string]bool{"$1, $2, $1, $3": true, "$2, $1": false, "$1, $3": false, "none": true} {
		if ascend(statement) != want {
			t.Fatalf("%s: %v", statement, !want)
		}
	}
	set, files := sources(t)
	named := constants(files)
	statements := 0
	for _, f := range files {
		inner := map[ast.Expr]bool{}
		ast.Inspect(f, func(n ast.Node) bool {
			if g, ok := n.(*ast.GenDecl); ok && g.Tok == token.CONST {
				return false // read where they are put in
			}
			e, ok := n.(ast.Expr)
			if !ok || inner[e] {
				return true
			}
			if b, ok := e.(*ast.BinaryExpr); ok && b.Op == token.ADD {
				markInner(b, inner)
			} else if _, ok := e.(*ast.BasicLit); !ok {
				return true
			}
			s := text(e, named)
			// A name of a placeholder that is handed over to be put in is no statement.
			if !strings.Contains(s, "$") || placeholders.FindString(s) == s {
				return true
			}
			statements++
			if !ascend(s) {
				t.Errorf("%s: placeholders do not ascend: %s", set.Position(n.Pos()), s)
			}
			return true
		})
	}
	if statements < 100 {
		t.Errorf("only %d statements were read", statements)
	}
}

func markInner(b *ast.BinaryExpr, inner map[ast.Expr]bool) {
	for _, e := range []ast.Expr{b.X, b.Y} {
		inner[e] = true
		if b, ok := e.(*ast.BinaryExpr); ok {
			markInner(b, inner)
		}
	}
}
