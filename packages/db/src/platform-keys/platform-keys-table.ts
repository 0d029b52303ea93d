export interface PlatformSigningKeysTable {
  generation: number
  key_id: string
  public_key: Buffer
  private_key: string
  created_at: Date
  signs_from: Date
  published_until: Date | null
}
