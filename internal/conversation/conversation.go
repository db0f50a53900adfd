// Package conversation knows what customers and the team say to each other.
package conversation
