package main

import (
	"bytes"
	"fmt"
	"slices"
	"testing"
	"testing/synctest"
	"time"
)

func TestMeter(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var told []string
		tell := every(func(line string) { told = append(told, line) })
		for i := range 10 {
			tell(func() string { return fmt.Sprint(i) })
			time.Sleep(100 * time.Millisecond)
		}
		if want := []string{"0", "3", "6", "9"}; !slices.Equal(told, want) {
			t.Errorf("told %q, want %q", told, want)
		}
	})
	every(nil)(func() string { t.Error("a line was made that nobody sees"); return "" })

	var b bytes.Buffer
	m := &meter{w: &b}
	m.clear()
	if m.tell()("half"); b.String() != "\rhalf\x1b[K" {
		t.Errorf("%q", b.String())
	}
	if m.clear(); b.String() != "\rhalf\x1b[K\r\x1b[K" {
		t.Errorf("%q", b.String())
	}
	if (&meter{}).tell() != nil {
		t.Error("it tells nobody")
	}
}
