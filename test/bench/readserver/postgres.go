package main

import (
	"context"

	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/kith-id/kith/test/bench/bare"
)

// postgres has a pool of as many connections as Kith's.
type postgres struct{ pool *pgxpool.Pool }

func openPostgres(ctx context.Context, dsn, hash string) *postgres {
	config, err := pgxpool.ParseConfig(dsn)
	bare.Must(err)
	config.MaxConns = 16
	pool, err := pgxpool.NewWithConfig(ctx, config)
	bare.Must(err)
	_, err = pool.Exec(ctx, tokens)
	bare.Must(err)
	_, err = pool.Exec(ctx, "INSERT INTO tokens VALUES ($1, 1) ON CONFLICT DO NOTHING", hash)
	bare.Must(err)
	return &postgres{pool}
}

func (p *postgres) org(ctx context.Context, hash string) (org int64, err error) {
	err = p.pool.QueryRow(ctx, readToken, hash).Scan(&org)
	return org, err
}

func (p *postgres) contact(ctx context.Context, key string) (c contact, err error) {
	err = p.pool.QueryRow(ctx, readContact, key).Scan(&c.ID, &c.DisplayName, &c.Email, &c.Phone)
	return c, err
}
