package importer

import (
	"io"

	"github.com/kith-id/kith/internal/don"
	"github.com/kith-id/kith/internal/importer/sheet"
	"github.com/kith-id/kith/internal/org"
)

// ExportColumns returns the columns that exports have behind those of Fields,
// for people to read. Imports ignore them.
func ExportColumns(t don.Type) []string {
	if t == don.Account {
		return []string{"display_id", "parent_account", "created_date", "modified_date"}
	}
	return []string{"display_id", "is_verified", "created_date", "modified_date"}
}

// WriteSample writes the sample file of a type.
func WriteSample(w io.Writer, t don.Type, s org.Settings) error {
	out := sheet.NewWriter(w, sheet.WriterOptions{})
	header, row := Sample(t, s)
	if err := out.Write(header); err != nil {
		return err
	}
	if err := out.Write(row); err != nil {
		return err
	}
	return out.Flush()
}
