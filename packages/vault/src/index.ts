// Envelope encryption.
export {}
