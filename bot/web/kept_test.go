package web

import (
	"fmt"
	"testing"
)

func TestKeptIsBounded(t *testing.T) {
	var k kept
	k.put("large", make([]byte, maxKeptBody+1))
	if _, ok := k.get("large"); ok {
		t.Error("a very long body is kept")
	}
	for i := range 100 {
		k.put(fmt.Sprint(i), make([]byte, maxKeptBody-i))
		k.put(fmt.Sprint(i), nil) // there already
		sum := 0
		for _, b := range k.bodies {
			sum += len(b)
		}
		if sum != k.size || sum > maxKept || len(k.order) != len(k.bodies) {
			t.Fatalf("%d bytes in %d bodies of %d, counted %d", sum, len(k.bodies), len(k.order), k.size)
		}
	}
	if _, ok := k.get("99"); !ok {
		t.Error("the newest was pushed out")
	}
	if _, ok := k.get("0"); ok {
		t.Error("the oldest is still there")
	}
}
