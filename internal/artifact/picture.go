package artifact

import (
	"bytes"
	"image"
	_ "image/gif" // decoders of the kinds that pictures may have
	"image/jpeg"
	"image/png"
	"io"
	"slices"

	"golang.org/x/image/draw"
	_ "golang.org/x/image/webp" // the same

	"github.com/kith-id/kith/internal/errs"
)

// Limits of pictures of people.
const (
	maxSide     = 256        // pixels, of what is kept
	maxPixels   = 16_000_000 // of what is sent: a small file can be a picture that fills the memory
	jpegQuality = 85
)

// pictures are the kinds that Portrait takes, with the names of their decoders.
var pictures = map[string]string{"png": "image/png", "jpeg": "image/jpeg", "gif": "image/gif", "webp": "image/webp"}

// decoding lets one picture at a time fill the memory that one may need.
var decoding = make(chan struct{}, 1)

// Portrait makes the picture of a person from a file: drawn anew, so that nothing
// else that was in the file is kept, upright, the square in its middle, and at most
// 256 pixels wide and high.
// Errors: invalid.
func Portrait(r io.ReadSeeker) (content []byte, kind string, err error) {
	decoding <- struct{}{}
	defer func() { <-decoding }()
	c, format, err := image.DecodeConfig(r)
	if err != nil || pictures[format] == "" {
		return nil, "", errs.NotPermitted("file", "is no picture that Kith knows; send a PNG, JPEG, GIF or WebP")
	}
	if c.Width < 1 || c.Height < 1 || int64(c.Width)*int64(c.Height) > maxPixels {
		return nil, "", errs.NotPermitted("file", "has %d × %d pixels; at most %d in all are allowed", c.Width, c.Height, maxPixels)
	}
	turn := upright
	if format == "jpeg" {
		if turn, err = orientation(r); err != nil {
			return nil, "", err
		}
	}
	if _, err := r.Seek(0, io.SeekStart); err != nil {
		return nil, "", err
	}
	img, _, err := image.Decode(r)
	if err != nil {
		return nil, "", errs.NotPermitted("file", "is damaged: its picture cannot be read; send another").Because(err)
	}
	small := turned(shrunk(img), turn)
	var out bytes.Buffer
	if small.Opaque() {
		err = jpeg.Encode(&out, small, &jpeg.Options{Quality: jpegQuality})
		return out.Bytes(), "image/jpeg", err
	}
	err = png.Encode(&out, small)
	return out.Bytes(), "image/png", err
}

// shrunk draws the square in the middle of a picture anew, smaller if it is too large.
func shrunk(img image.Image) *image.NRGBA {
	b := img.Bounds()
	side := min(b.Dx(), b.Dy())
	from := image.Pt(b.Min.X+(b.Dx()-side)/2, b.Min.Y+(b.Dy()-side)/2)
	square := image.Rectangle{Min: from, Max: from.Add(image.Pt(side, side))}
	out := image.NewNRGBA(image.Rect(0, 0, min(side, maxSide), min(side, maxSide)))
	draw.CatmullRom.Scale(out, out.Bounds(), img, square, draw.Src, nil)
	return out
}

// Orientations of Exif: where the first row and column of the stored picture
// belong. From sideways on, rows are columns.
const (
	upright  = 1
	sideways = 5
	last     = 8
)

// turned returns a picture as its orientation says that it is seen.
func turned(img *image.NRGBA, orientation int) *image.NRGBA {
	if orientation == upright {
		return img
	}
	w, h := img.Bounds().Dx(), img.Bounds().Dy()
	to := image.Rect(0, 0, w, h)
	if orientation >= sideways {
		to = image.Rect(0, 0, h, w)
	}
	out := image.NewNRGBA(to)
	for y := range to.Dy() {
		for x := range to.Dx() {
			fromX, fromY := x, y
			if orientation >= sideways {
				fromX, fromY = y, x
			}
			if slices.Contains([]int{2, 3, 7, 8}, orientation) {
				fromX = w - 1 - fromX
			}
			if slices.Contains([]int{3, 4, 6, 7}, orientation) {
				fromY = h - 1 - fromY
			}
			out.SetNRGBA(x, y, img.NRGBAAt(fromX, fromY))
		}
	}
	return out
}

const (
	exifHead = 64 << 10 // bytes of a JPEG in which its Exif part lies
	exifTag  = 0x0112   // orientation
)

// orientation returns what a JPEG says of how it is to be seen, upright when it
// says nothing that can be read.
func orientation(r io.ReadSeeker) (int, error) {
	if _, err := r.Seek(0, io.SeekStart); err != nil {
		return 0, err
	}
	head, err := io.ReadAll(io.LimitReader(r, exifHead))
	if err != nil {
		return 0, err
	}
	at := bytes.Index(head, []byte("Exif\x00\x00"))
	if at < 0 {
		return upright, nil
	}
	return tiffOrientation(head[at+6:]), nil
}

func tiffOrientation(tiff []byte) int {
	if len(tiff) < 8 {
		return upright
	}
	big := tiff[0] == 'M'
	number := func(at, size int) int {
		if at < 0 || at+size > len(tiff) {
			return 0
		}
		n := 0
		for i := range size {
			b := tiff[at+i]
			if !big {
				b = tiff[at+size-1-i]
			}
			n = n<<8 | int(b)
		}
		return n
	}
	dir := number(4, 4)
	for i := range min(number(dir, 2), 100) {
		entry := dir + 2 + 12*i
		if number(entry, 2) != exifTag {
			continue
		}
		if v := number(entry+8, 2); v >= upright && v <= last {
			return v
		}
	}
	return upright
}
