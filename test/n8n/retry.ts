// A browser and an n8n on a busy machine now and then miss each other: one more try, with the first one's errors in the log.
jest.retryTimes(1, { logErrorsBeforeRetry: true });
