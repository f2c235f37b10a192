package notifytest

import (
	"bytes"
	"fmt"
	"os"
	"sync"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

// OpenAPIVariable names the environment variable that holds the path of
// Discord's OpenAPI description (https://github.com/discord/discord-api-spec).
// While it is unset, [CheckDiscord] knows only the limits written down here.
const OpenAPIVariable = "EDITWATCH_DISCORD_OPENAPI"

// HasOpenAPI reports whether bodies are held against Discord's own description.
func HasOpenAPI() bool { return os.Getenv(OpenAPIVariable) != "" }

// webhookSchema is the schema of a message that a webhook posts.
var webhookSchema = sync.OnceValues(func() (*jsonschema.Schema, error) {
	file := os.Getenv(OpenAPIVariable)
	data, err := os.ReadFile(file)
	if err != nil {
		return nil, fmt.Errorf("read Discord's description: %w", err)
	}
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(data))
	if err != nil {
		return nil, fmt.Errorf("read Discord's description: %w", err)
	}
	c := jsonschema.NewCompiler()
	c.DefaultDraft(jsonschema.Draft2020) // OpenAPI 3.1
	c.AssertFormat()
	if err := c.AddResource("discord.json", doc); err != nil {
		return nil, err
	}
	return c.Compile("discord.json#/components/schemas/IncomingWebhookRequestPartial")
})

// checkDiscordSchema holds a body against Discord's description, if there is
// one.
func checkDiscordSchema(body []byte) error {
	if !HasOpenAPI() {
		return nil
	}
	schema, err := webhookSchema()
	if err != nil {
		return err
	}
	v, err := jsonschema.UnmarshalJSON(bytes.NewReader(body))
	if err != nil {
		return err
	}
	return schema.Validate(v)
}
