package exchange

import (
	"context"
	"database/sql"
	"fmt"
)

// A spool keeps rows on the disk until they are read in order, however many they
// are. Its file has no name, and ends with it.
type spool struct {
	db *sql.DB
	tx *sql.Tx
}

// openSpool makes a spool of one table.
func openSpool(ctx context.Context, table string) (*spool, error) {
	db, err := sql.Open("sqlite", "file:?_pragma=journal_mode(OFF)&_pragma=cache_size(-4000)&_pragma=temp_store(1)")
	if err != nil {
		return nil, err
	}
	db.SetMaxOpenConns(1)
	tx, err := db.BeginTx(ctx, nil)
	if err == nil {
		_, err = tx.ExecContext(ctx, table)
	}
	if err != nil {
		db.Close()
		return nil, fmt.Errorf("keep what was read on the disk: %w", err)
	}
	return &spool{db, tx}, nil
}

func (s *spool) add(ctx context.Context, insert string, values ...any) error {
	_, err := s.tx.ExecContext(ctx, insert, values...)
	if err != nil {
		err = fmt.Errorf("keep what was read on the disk: %w", err)
	}
	return err
}

// query reads the spool, and counts the rows of its table.
func (s *spool) query(ctx context.Context, table, query string) (rows *sql.Rows, total int, err error) {
	if err := s.tx.QueryRowContext(ctx, "SELECT count(*) FROM "+table).Scan(&total); err != nil {
		return nil, 0, err
	}
	rows, err = s.tx.QueryContext(ctx, query)
	return rows, total, err
}

func (s *spool) Close() error {
	s.tx.Rollback()
	return s.db.Close()
}
