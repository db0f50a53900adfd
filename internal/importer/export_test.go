package importer

// SmallBatches makes imports write in many small transactions.
func SmallBatches() { keyBatch, sliceRows, sliceWork = 150, 120, 20 }
