//go:build !race

package main

// raced is whether the race detector, which takes memory, is at work.
const raced = false
