package contact

import (
	"fmt"
	"math/rand/v2"
	"regexp"
)

// birds stand in for the name of a person who gave none.
var birds = []string{
	"Avocet", "Bittern", "Bluetit", "Bunting", "Curlew", "Dipper", "Dunlin", "Egret", "Falcon", "Finch", "Gannet", "Godwit",
	"Grebe", "Harrier", "Heron", "Hoopoe", "Ibis", "Jackdaw", "Kestrel", "Kite", "Lapwing", "Linnet", "Magpie", "Merlin",
	"Nuthatch", "Oriole", "Osprey", "Ouzel", "Petrel", "Pipit", "Plover", "Puffin", "Quail", "Robin", "Sandpiper", "Shrike",
	"Siskin", "Skylark", "Snipe", "Starling", "Swift", "Teal", "Tern", "Thrush", "Wagtail", "Warbler", "Wheatear", "Wren",
}

var invented = regexp.MustCompile(`^Unknown [A-Z][a-z]+[0-9]{4}$`)

// InventName returns a display name for a contact that came without one, such
// as "Unknown Falcon4821".
func InventName() string {
	return fmt.Sprintf("Unknown %s%04d", birds[rand.IntN(len(birds))], rand.IntN(10000))
}

// Invented reports whether a display name was made by InventName, so that a
// real one may replace it.
func Invented(name string) bool { return invented.MatchString(name) }
