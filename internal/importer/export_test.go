package importer

// SmallBatches makes imports write in many small transactions.
func SmallBatches() {
	keyBatch, sliceRows, sliceWork = 150, 120, 20
	undoBatch, wideBatch, sweepRows = 40, 70, 90
}

// WideFrom makes undos wide from so many rows on.
func WideFrom(rows int64) { wideRows = rows }
