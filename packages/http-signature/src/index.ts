// HTTP message signatures.
export {}
