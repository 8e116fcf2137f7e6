// Carries GoogleSQL out by googlesqlite: reads scripts from stdin, a JSON text a line, and answers each with a line of
// JSON, {"rows": [[...]]} of the last statement or {"error": "..."}. Built by hand (docs/bigquery.md, "Testing"):
//
//	go mod tidy && CGO_ENABLED=0 go build -o googlesqlite .
package main

import (
	"bufio"
	"database/sql"
	"encoding/json"
	"log"
	"os"

	_ "github.com/goccy/googlesqlite"
)

type answer struct {
	Rows  [][]any `json:"rows"`
	Error string  `json:"error,omitempty"`
}

func run(db *sql.DB, script string) answer {
	rows, err := db.Query(script)
	if err != nil {
		return answer{Error: err.Error()}
	}
	defer rows.Close()
	columns, err := rows.Columns()
	if err != nil {
		return answer{Error: err.Error()}
	}
	found := [][]any{}
	for rows.Next() {
		cells := make([]any, len(columns))
		pointers := make([]any, len(columns))
		for i := range cells {
			pointers[i] = &cells[i]
		}
		if err := rows.Scan(pointers...); err != nil {
			return answer{Error: err.Error()}
		}
		found = append(found, cells)
	}
	if err := rows.Err(); err != nil {
		return answer{Error: err.Error()}
	}
	return answer{Rows: found}
}

func main() {
	db, err := sql.Open("googlesqlite", ":memory:")
	if err != nil {
		log.Fatal(err)
	}
	in := bufio.NewScanner(os.Stdin)
	in.Buffer(make([]byte, 1<<20), 1<<28)
	out := json.NewEncoder(os.Stdout)
	for in.Scan() {
		var script string
		if err := json.Unmarshal(in.Bytes(), &script); err != nil {
			log.Fatal(err)
		}
		if err := out.Encode(run(db, script)); err != nil {
			log.Fatal(err)
		}
	}
}
