package wire

import "testing"

// BenchmarkDecode is what reading a request costs: a create as JSON, a list
// as a query string.
func BenchmarkDecode(b *testing.B) {
	body := []byte(`{"id":"REVU-12","email":["bo@acme.com"],"names":["Bo"],"custom_fields":{"tnt__plan":"gold"},"tags":[{"id":"TAG-1"}],"created_date":{"after":"2024-01-01T00:00:00Z"}}`)
	const query = "email=%22user1%40example.com%22,%22a%2Bb%40x.io%22&limit=5&is_verified=true&created_date.after=2024-01-01T12:00:00Z&sort_by=%22created_date:desc%22"
	b.Run("json", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if err := DecodeJSON(body, &request{}, Options{}); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("query", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if err := DecodeQuery(query, &request{}, Options{}); err != nil {
				b.Fatal(err)
			}
		}
	})
}
