package storetest

import (
	"reflect"
	"testing"
)

// TestEveryField makes sure that a field added to an article is also tested.
func TestEveryField(t *testing.T) {
	a := everyField("a1", "f1")
	a.Versions = 1                                              // set by recording versions only
	a.Withheld, a.WithheldWhy, a.Pruned = start, "Withheld.", 1 // set by a Keeper only
	var walk func(name string, v reflect.Value)
	walk = func(name string, v reflect.Value) {
		if v.IsZero() {
			t.Errorf("%s is zero", name)
			return
		}
		if v.Kind() == reflect.Pointer {
			v = v.Elem()
		}
		if v.Kind() != reflect.Struct || v.Type().PkgPath() == "time" {
			return
		}
		for i := range v.NumField() {
			walk(name+"."+v.Type().Field(i).Name, v.Field(i))
		}
	}
	walk("Article", reflect.ValueOf(a))
}
