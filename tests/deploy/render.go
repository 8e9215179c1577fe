// Renders a chart's templates as helm does: Go's text/template with sprig's functions and helm's own few.
// Standard input: {"files": {path: text}, "values": {…}, "chart": {…}, "release": {…}}. Output: {path: text}.
package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"text/template"

	"github.com/Masterminds/sprig"
	"gopkg.in/yaml.v2"
)

type input struct {
	Files   map[string]string      `json:"files"`
	Values  map[string]interface{} `json:"values"`
	Chart   map[string]interface{} `json:"chart"`
	Release map[string]interface{} `json:"release"`
}

func main() {
	var in input
	if err := json.NewDecoder(os.Stdin).Decode(&in); err != nil {
		fail(err)
	}
	all := template.New("chart").Option("missingkey=zero")
	functions := sprig.TxtFuncMap()
	for _, unsafe := range []string{"env", "expandenv"} { // helm takes them away
		delete(functions, unsafe)
	}
	functions["toYaml"] = func(value interface{}) (string, error) {
		text, err := yaml.Marshal(value)
		return strings.TrimSuffix(string(text), "\n"), err
	}
	functions["toJson"] = func(value interface{}) (string, error) {
		text, err := json.Marshal(value)
		return string(text), err
	}
	functions["required"] = func(message string, value interface{}) (interface{}, error) {
		if value == nil || value == "" {
			return value, fmt.Errorf("%s", message)
		}
		return value, nil
	}
	functions["include"] = func(name string, data interface{}) (string, error) {
		var text bytes.Buffer
		err := all.ExecuteTemplate(&text, name, data)
		return text.String(), err
	}
	all.Funcs(functions)
	for path, text := range in.Files {
		if _, err := all.New(path).Parse(text); err != nil {
			fail(err)
		}
	}
	rendered := map[string]string{}
	for path := range in.Files {
		if strings.HasPrefix(path[strings.LastIndex(path, "/")+1:], "_") {
			continue
		}
		var text bytes.Buffer
		scope := map[string]interface{}{"Values": in.Values, "Chart": in.Chart, "Release": in.Release}
		if err := all.ExecuteTemplate(&text, path, scope); err != nil {
			fail(err)
		}
		// What helm replaces where a value is missing.
		rendered[path] = strings.ReplaceAll(text.String(), "<no value>", "")
	}
	if err := json.NewEncoder(os.Stdout).Encode(rendered); err != nil {
		fail(err)
	}
}

func fail(err error) {
	fmt.Fprintln(os.Stderr, err)
	os.Exit(1)
}
