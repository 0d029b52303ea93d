/** Where the schemas say they are; the API serves the same files under /schemas/. */
export const schemaBaseUrl = 'https://renkei.example/schemas/'
