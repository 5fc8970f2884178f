/** A failure that setup understands: its message is for the person, reason and remedy included. */
export class Stop extends Error {}
