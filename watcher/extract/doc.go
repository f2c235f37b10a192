// Package extract reads an article's page: headline, standfirst and paragraphs
// as a reader sees them, and what the page says about itself. It is pure: bytes
// in, a [Reading] or a [Refusal] out.
//
//	bytes ─decode─> UTF-8 ─html.Parse─> tree ─survey─> metadata, headings, pinned place
//	                                      │
//	            pinned place found ───────┼──────── not found, or its text is another
//	                    │                                     │
//	                    │                      find: readability says which element
//	                    └──────────> container <───── holds the body
//	                                     │
//	                        collect: block elements → paragraphs,
//	                        whole blocks that are no prose left out
//
// Where the body stood is remembered as a place, an opaque string that the
// caller keeps with the version and hands back for the next reading. Looking
// there first is cheaper, and it keeps a page's next reading comparable with
// its last: text depends only on the container and the rules here, whichever
// way the container was found.
//
// Rules leave out whole blocks, never a part of a sentence: a time expression
// is dropped when it is a block of its own and stays when it stands in prose.
//
// A page that is no article (a wall, an error, a list of articles) is refused
// with a reason people can read. Walls are known by vocabulary, structure and
// how little else there is, so that an article about cookies is an article.
package extract
