package main

import (
	"errors"
	"fmt"
	"reflect"
	"regexp"
	"strings"

	"github.com/pelletier/go-toml/v2"
)

// configError words what is wrong with the file, with its place. What the
// parser says is meant for who wrote the Go types; our readers wrote the file.
func configError(path string, err error) error {
	if strict, ok := errors.AsType[*toml.StrictMissingError](err); ok {
		var all []error
		for _, e := range strict.Errors {
			row, column := e.Position()
			all = append(all, fmt.Errorf("%s:%d:%d: unknown key %q; config.example.toml lists the keys there are",
				path, row, column, strings.Join(e.Key(), ".")))
		}
		return errors.Join(all...)
	}
	if at, ok := errors.AsType[*toml.DecodeError](err); ok {
		row, column := at.Position()
		return fmt.Errorf("%s:%d:%d: %s", path, row, column, plainly(at.Key(), strings.TrimPrefix(at.Error(), "toml: ")))
	}
	return fmt.Errorf("%s: %s", path, strings.TrimPrefix(err.Error(), "toml: "))
}

// plainly says in words what the parser says about a key. What it does not
// know of is left as the parser, or a value of ours, said it.
func plainly(key toml.Key, said string) string {
	for _, m := range misspelt {
		if found := m.said.FindStringSubmatch(said); found != nil {
			return strings.ReplaceAll(m.words, "$1", strings.Join(found[1:], ""))
		}
	}
	name := ""
	if len(key) > 0 {
		name = strings.Join(key, ".") + ": "
	}
	if misfit.MatchString(said) {
		return name + wants(key)
	}
	return name + said
}

// misspelt are the parser's words for what is not TOML, and ours.
var misspelt = []struct {
	said  *regexp.Regexp
	words string
}{
	{regexp.MustCompile(`to close (array )?table name$`), "the brackets are not closed; a heading looks like [poll] or [[channel]]"},
	{regexp.MustCompile(`^(?:unexpected character .* at start of value|strings must be quoted|expected keyword .*)$`), `a text stands in quotes, like "desk"`},
	{regexp.MustCompile(`^(?:unterminated .*string|multiline .* not terminated by .*|.*string .*new ?line.*)$`), "the quotes are not closed"},
	{regexp.MustCompile(`^expected '=' after key`), `a key is followed by = and its value, like name = "desk"`},
	{regexp.MustCompile(`^expected value`), "there is no value behind the ="},
	{regexp.MustCompile(`^invalid character at start of key`), `a line begins with a key, like name = "desk", or is a heading, like [poll]`},
	{regexp.MustCompile(`^expected newline`), "something stands behind the value; each key has a line of its own"},
	{regexp.MustCompile(`^array is incomplete`), "the list is not closed: its ] is missing"},
	{regexp.MustCompile(`^key (.+) is already defined`), "the key $1 stands there twice"},
	{regexp.MustCompile(`^table (.+) already exists`), "the heading [$1] stands there twice"},
	{regexp.MustCompile(`^decimal number is too large`), "that number is too large"},
}

// misfit is what the parser says of a value that is not of its key's type.
var misfit = regexp.MustCompile(`^cannot (decode TOML|store|reach) |^(negative )?integer value |^float value `)

// wants says what a key of the configuration takes.
func wants(key toml.Key) string {
	t := reflect.TypeFor[config]()
	for _, name := range key {
		for t.Kind() == reflect.Slice {
			t = t.Elem()
		}
		if t = fieldType(t, name); t == nil {
			return "that is not what is wanted here; config.example.toml shows what is"
		}
	}
	switch t {
	case reflect.TypeFor[duration]():
		return `a length of time is wanted, such as "15m"`
	case reflect.TypeFor[size]():
		return `a size is wanted, such as "5MB"`
	case reflect.TypeFor[timezone]():
		return `a time zone is wanted, such as "Europe/London"`
	case reflect.TypeFor[[]network]():
		return `a list of networks is wanted, such as ["127.0.0.0/8"]`
	case reflect.TypeFor[[]ageConfig]():
		return `a list of steps is wanted, such as [{ under = "1h", every = "5m" }]`
	case reflect.TypeFor[[]string]():
		return `a list of texts is wanted, such as ["bridge", "flood*"]`
	}
	heading := strings.Join(key, ".")
	switch t.Kind() {
	case reflect.String:
		return "a text in quotes is wanted"
	case reflect.Int:
		return "a whole number is wanted"
	case reflect.Float64:
		return "a number is wanted"
	case reflect.Pointer, reflect.Bool:
		return "true or false is wanted"
	case reflect.Struct:
		return fmt.Sprintf("its keys stand below the heading [%s]", heading)
	}
	return fmt.Sprintf("each one's keys stand below a heading [[%s]]", heading)
}

// fieldType returns the type of the field that a key fills; nil if none is.
func fieldType(t reflect.Type, key string) reflect.Type {
	if t.Kind() != reflect.Struct {
		return nil
	}
	for f := range t.Fields() {
		if f.Tag.Get("toml") == key {
			return f.Type
		}
	}
	return nil
}
