package importer

import (
	"io"

	"github.com/kith-id/kith/internal/don"
	"github.com/kith-id/kith/internal/importer/sheet"
	"github.com/kith-id/kith/internal/org"
	"github.com/kith-id/kith/internal/schema"
)

// ExportColumns returns the columns that exports have behind those of Fields,
// for people to read. Imports ignore them.
func ExportColumns(t don.Type) []string {
	if t == don.Account {
		return []string{"display_id", "parent_account", "created_date", "modified_date"}
	}
	return []string{"display_id", "is_verified", "created_date", "modified_date"}
}

// WriteSample writes the sample file of a type, with the org's custom fields
// where there are any.
func WriteSample(w io.Writer, t don.Type, s org.Settings, custom *schema.Set) error {
	out := sheet.NewWriter(w, sheet.WriterOptions{})
	header, row := Sample(t, s, custom)
	if err := out.Write(header); err != nil {
		return err
	}
	if err := out.Write(row); err != nil {
		return err
	}
	return out.Flush()
}
