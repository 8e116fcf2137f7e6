module nightshift/googlesqlite

go 1.25.0

require github.com/goccy/googlesqlite v0.3.1
