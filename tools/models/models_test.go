package main

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"google.golang.org/protobuf/encoding/protowire"
)

func node(opType, name, output string, attributes ...[]byte) []byte {
	b := appendBytes(nil, 1, []byte("input"))
	b = appendBytes(b, nodeOutput, []byte(output))
	b = appendBytes(b, nodeName, []byte(name))
	b = appendBytes(b, nodeOpType, []byte(opType))
	for _, a := range attributes {
		b = appendBytes(b, nodeAttribute, a)
	}
	return b
}

// branch is an If's attribute with that many layers of attention.
func branch(name string, layers int) []byte {
	graph := appendBytes(nil, 2, []byte(name))
	for i := range layers {
		for _, kind := range []string{"self_attn", "encoder_attn"} {
			graph = appendBytes(graph, graphNode, node("Softmax", fmt.Sprintf("layers.%d/%s/Softmax", i, kind), fmt.Sprintf("%s.%s.%d", name, kind, i)))
		}
	}
	graph = appendBytes(graph, graphNode, node("MatMul", "encoder_attn/MatMul", "product"))
	graph = appendBytes(graph, 5, bytes.Repeat([]byte{7}, 100)) // a weight
	return appendBytes(appendBytes(nil, 1, []byte(name)), attributeGraph, graph)
}

// model has a field before and a field after its graph, as real ones do.
func model(nodes ...[]byte) []byte {
	graph := appendBytes(nil, 2, []byte("merged"))
	for _, n := range nodes {
		graph = appendBytes(graph, graphNode, n)
	}
	graph = appendBytes(graph, graphOutput, floatTensor("logits"))
	m := protowire.AppendVarint(protowire.AppendTag(nil, 1, protowire.VarintType), 10)
	m = appendBytes(m, modelGraph, graph)
	return appendBytes(m, 8, []byte("opset"))
}

func TestAddCrossAttention(t *testing.T) {
	in := model(node("If", "optimum::if", "logits", branch("then_branch", 2), branch("else_branch", 2)))
	before := bytes.Clone(in)
	out, err := AddCrossAttention(in)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(in, before) {
		t.Error("the input was changed")
	}

	// What was added, written out by hand.
	withOutputs := func(name string) []byte {
		b, err := rewrite(branch(name, 2), attributeGraph, func(g []byte) ([]byte, error) {
			g = appendBytes(g, graphOutput, floatTensor(name+".encoder_attn.0"))
			return appendBytes(g, graphOutput, floatTensor(name+".encoder_attn.1")), nil
		})
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
	branching := node("If", "optimum::if", "logits", withOutputs("then_branch"), withOutputs("else_branch"))
	for i := range 2 {
		branching = appendBytes(branching, nodeOutput, []byte(outputName(i)))
	}
	want, err := rewrite(model(branching), modelGraph, func(g []byte) ([]byte, error) {
		g = appendBytes(g, graphOutput, floatTensor("cross_attentions.0"))
		return appendBytes(g, graphOutput, floatTensor("cross_attentions.1")), nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(out, want) {
		t.Errorf("the result differs:\n%q\n%q", out, want)
	}
}

func TestAddCrossAttentionRefuses(t *testing.T) {
	merged := node("If", "optimum::if", "logits", branch("then_branch", 1), branch("else_branch", 1))
	whole := model(merged)
	for name, in := range map[string][]byte{
		"nothing":                 nil,
		"no If":                   model(node("MatMul", "a", "b")),
		"two Ifs":                 model(merged, merged),
		"one branch":              model(node("If", "optimum::if", "logits", branch("then_branch", 1))),
		"branches that differ":    model(node("If", "optimum::if", "logits", branch("then_branch", 1), branch("else_branch", 2))),
		"branches without layers": model(node("If", "optimum::if", "logits", branch("then_branch", 0), branch("else_branch", 0))),
		"a cut file":              whole[:len(whole)/2],
		"not a model":             []byte("<html>not found</html>"),
	} {
		if _, err := AddCrossAttention(in); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}

func TestTokens(t *testing.T) {
	vocabulary := base64.StdEncoding.EncodeToString([]byte("<unk>\n<s>\n</s>\n<0x00>\n<0xFF>\n▁the\nö"))
	out, err := Tokens([]byte("var other='aGVsbG8=';var v=`" + vocabulary + "`;"))
	if err != nil {
		t.Fatal(err)
	}
	var want strings.Builder
	for i, token := range []string{"<unk>", "<s>", "</s>", "\x00", "\xff", "▁the", "ö"} {
		fmt.Fprintf(&want, "%s %d\n", base64.StdEncoding.EncodeToString([]byte(token)), i)
	}
	if string(out) != want.String() {
		t.Errorf("tokens\n%s\nwant\n%s", out, want.String())
	}
	if _, err := Tokens([]byte("var other='aGVsbG8=';")); err == nil {
		t.Error("no error for a bundle without vocabulary")
	}
}

func TestRun(t *testing.T) {
	dir := t.TempDir()
	in, out := filepath.Join(dir, "in"), filepath.Join(dir, "out")
	if err := os.WriteFile(in, model(node("If", "optimum::if", "logits", branch("then_branch", 1), branch("else_branch", 1))), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := run([]string{"cross-attention", in, out}); err != nil {
		t.Fatal(err)
	}
	if written, err := os.ReadFile(out); err != nil || !bytes.Contains(written, []byte("cross_attentions.0")) {
		t.Errorf("the result was not written: %v", err)
	}
	for _, args := range [][]string{nil, {"other", in, out}, {"tokens", in, out}, {"tokens", filepath.Join(dir, "none"), out}, {"cross-attention", in, dir}} {
		if err := run(args); err == nil {
			t.Errorf("run %q: no error", args)
		}
	}
}
