package main

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
)

// A wholeFile is written beside its place and takes its name when it is whole: a
// file of that name is never half of one. What is no ordinary file, such as a
// pipe or /dev/stdout, is written to as it is; its name is not ours to give away.
// Nor is a symbolic link's: the file that it leads to is the one that is meant.
type wholeFile struct {
	*os.File
	name string // empty: it has its name
}

// createWhole begins a file. The error names no file that nobody asked for.
func createWhole(name string) (*wholeFile, error) {
	there, err := os.Stat(name)
	switch {
	case errors.Is(err, fs.ErrNotExist):
	case err != nil:
		return nil, cause(err)
	case there.IsDir():
		return nil, syscall.EISDIR
	case !there.Mode().IsRegular():
		f, err := os.OpenFile(name, os.O_WRONLY, 0)
		return &wholeFile{File: f}, cause(err)
	}
	name = followed(name)
	f, err := os.CreateTemp(filepath.Dir(name), filepath.Base(name)+".*.part")
	return &wholeFile{f, name}, cause(err)
}

// followed returns the name of the file that links lead to, which need not be
// there yet. They go in no circle.
func followed(name string) string {
	for {
		to, err := os.Readlink(name)
		if err != nil {
			return name
		}
		if !filepath.IsAbs(to) {
			to = filepath.Dir(name) + string(filepath.Separator) + to // which may lead upwards from where a link leads
		}
		name = to
	}
}

// end makes the file durable, in its place. Without it, [wholeFile.drop] leaves
// nothing.
func (w *wholeFile) end() error {
	if w.name == "" {
		return cause(w.Close())
	}
	if err := errors.Join(cause(w.Sync()), cause(w.Close())); err != nil {
		return err
	}
	if err := os.Rename(w.Name(), w.name); err != nil {
		if at, ok := errors.AsType[*os.LinkError](err); ok {
			err = at.Err
		}
		return err
	}
	w.name = ""
	return nil
}

// drop removes a file that did not end.
func (w *wholeFile) drop() {
	w.Close()
	if w.name != "" {
		os.Remove(w.Name())
	}
}

// cause is why something could not be done to a file, without its path.
func cause(err error) error {
	if at, ok := errors.AsType[*fs.PathError](err); ok {
		return at.Err
	}
	return err
}
