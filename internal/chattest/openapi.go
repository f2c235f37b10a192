package chattest

import (
	"bytes"
	"fmt"
	"os"
	"strings"
	"sync"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

// OpenAPIVariable names the environment variable that holds the path of
// Discord's OpenAPI description (https://github.com/discord/discord-api-spec).
// While it is unset, the checks know only the limits written down here.
const OpenAPIVariable = "EDITWATCH_DISCORD_OPENAPI"

// HasOpenAPI reports whether bodies are held against Discord's own description.
func HasOpenAPI() bool { return os.Getenv(OpenAPIVariable) != "" }

// description is Discord's description, compiled piece by piece as it is
// needed.
var description struct {
	mu       sync.Mutex
	doc      any
	compiler *jsonschema.Compiler
	compiled map[string]*jsonschema.Schema // by JSON pointer
	err      error
}

// schemaAt compiles the schema at a JSON pointer.
func schemaAt(pointer string) (*jsonschema.Schema, error) {
	d := &description
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.compiled == nil {
		d.compiled = make(map[string]*jsonschema.Schema)
		d.err = load()
	}
	if d.err != nil {
		return nil, fmt.Errorf("read Discord's description: %w", d.err)
	}
	if s, ok := d.compiled[pointer]; ok {
		return s, nil
	}
	s, err := d.compiler.Compile("discord.json#" + strings.NewReplacer("{", "%7B", "}", "%7D").Replace(pointer))
	if err != nil {
		return nil, err
	}
	d.compiled[pointer] = s
	return s, nil
}

func load() error {
	data, err := os.ReadFile(os.Getenv(OpenAPIVariable))
	if err != nil {
		return err
	}
	if description.doc, err = jsonschema.UnmarshalJSON(bytes.NewReader(data)); err != nil {
		return err
	}
	c := jsonschema.NewCompiler()
	c.DefaultDraft(jsonschema.Draft2020) // OpenAPI 3.1
	c.AssertFormat()
	description.compiler = c
	return c.AddResource("discord.json", description.doc)
}

// described finds what stands at a path of the description.
func described(path ...string) (any, bool) {
	v := description.doc
	for _, key := range path {
		m, ok := v.(map[string]any)
		if !ok {
			return nil, false
		}
		if v, ok = m[key]; !ok {
			return nil, false
		}
	}
	return v, true
}

// checkSchema holds a body against Discord's description of a request, such as
// "POST /channels/{channel_id}/messages", or of its answer with a status, if
// there is a description at hand.
func checkSchema(route, status string, body []byte) error {
	if !HasOpenAPI() {
		return nil
	}
	method, path, _ := strings.Cut(route, " ")
	method = strings.ToLower(method)
	in := []string{"paths", path, method, "requestBody", "content", "application/json", "schema"}
	if status != "" {
		in = []string{"paths", path, method, "responses", status, "content", "application/json", "schema"}
	}
	pointer := ""
	for _, key := range in {
		pointer += "/" + strings.NewReplacer("~", "~0", "/", "~1").Replace(key)
	}
	if _, err := schemaAt("/components/schemas/SnowflakeType"); err != nil {
		return err // read the description before looking into it
	}
	if _, ok := described(in...); !ok {
		return fmt.Errorf("Discord describes no body of %s", route)
	}
	schema, err := schemaAt(pointer)
	if err != nil {
		return err
	}
	v, err := jsonschema.UnmarshalJSON(bytes.NewReader(body))
	if err != nil {
		return fmt.Errorf("read body: %w", err)
	}
	if err := schema.Validate(v); err != nil {
		return fmt.Errorf("against Discord's description: %w", err)
	}
	return nil
}
