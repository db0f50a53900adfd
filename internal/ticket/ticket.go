// Package ticket knows what is to be done for customers: tickets and opportunities, and the products that they are about.
package ticket
