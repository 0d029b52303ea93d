// Mail: what a message says, and how it is handed to a mail server. The only place that talks SMTP.

export const languages = ['ja', 'en'] as const
