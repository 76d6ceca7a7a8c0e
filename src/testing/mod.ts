/**
 * Tools for testing what uses sandboxes, without one.
 *
 * @module
 */
