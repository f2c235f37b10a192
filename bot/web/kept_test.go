package web

import (
	"errors"
	"testing"
)

func TestKeptIsBounded(t *testing.T) {
	var k kept
	of := func(n int) body { return body{bytes: make([]byte, n-keptCost)} }
	k.put("large", of(maxKeptOne+1))
	if k.get("large") != nil {
		t.Error("a very long body is kept")
	}
	for i := range 2 * maxKept / maxKeptOne {
		k.put(i, of(maxKeptOne-i))
		k.put(i, of(maxKeptOne)) // there already
		if k.get(0) == nil {     // asked for again and again
			t.Fatalf("what is asked for was pushed out by %d", i)
		}
		sum := 0
		for _, at := range k.places {
			sum += at.Value.(keeping).size
		}
		if sum != k.size || sum > maxKept || k.order.Len() != len(k.places) {
			t.Fatalf("%d bytes in %d places of %d, counted %d", sum, len(k.places), k.order.Len(), k.size)
		}
	}
	if k.get(2*maxKept/maxKeptOne-1) == nil {
		t.Error("the newest was pushed out")
	}
	if k.get(1) != nil {
		t.Error("what nobody asked for is still there")
	}
}

func TestRecall(t *testing.T) {
	var k kept
	type key struct{ s string }
	made := 0
	ask := func(key any, fail error) error {
		_, err := recall(&k, key, func() (body, error) { made++; return body{}, fail })
		return err
	}
	no := errors.New("no")
	for i, tt := range []struct {
		key  any
		fail error
		made int
	}{
		{"a", no, 1}, {"a", nil, 2}, {"a", no, 2}, // an error is not kept
		{key{"a"}, nil, 3}, {key{"a"}, nil, 3}, // keys of different types are different
	} {
		if err := ask(tt.key, tt.fail); made != tt.made || err != nil && tt.fail == nil {
			t.Errorf("%d: made %d times, want %d: %v", i, made, tt.made, err)
		}
	}
}
