/** One way to native TensorFlow does not work here; the message says why, and the next way is tried. */
export class Unavailable extends Error {}
