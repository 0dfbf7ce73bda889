/** The error answers of API v4. facts: core 3.9, 3.10, extended 0 */

export class Problem extends Error {
	constructor(
		readonly status: number,
		readonly title: string,
		readonly detail: string,
		readonly extra: Record<string, unknown> = {},
	) {
		super(detail);
	}

	toJSON(): Record<string, unknown> {
		const { status, title, detail } = this;
		return { ...this.extra, title, type: `https://httpstatus.es/${status}`, status, detail };
	}
}

/** An answer without JSON: nginx pages and the empty 405. */
export class BareAnswer extends Error {
	constructor(
		readonly status: number,
		readonly html = '',
	) {
		super(`HTTP ${status}`);
	}
}

export interface FieldError {
	code: string;
	path: string;
	detail: string;
}

export interface ItemErrors {
	request_id?: string;
	errors: FieldError[];
}

export class ValidationProblem extends Problem {
	constructor(items: ItemErrors[]) {
		super(400, 'Bad Request', 'Request validation failed', { 'validation-errors': items });
	}
}

export const notSupportedChoice = (path: string): FieldError => ({
	code: 'NotSupportedChoice',
	path,
	detail: 'The value you selected is not a valid choice.',
});
export const fieldMissing = (path: string): FieldError => ({ code: 'FieldMissing', path, detail: 'This field is missing.' });
export const fieldNotExpected = (path: string): FieldError => ({
	code: 'FieldNotExpected',
	path,
	detail: 'This field was not expected.',
});
export const invalidType = (path: string, type: string): FieldError => ({
	code: 'InvalidType',
	path,
	detail: `This value should be of type ${type}.`,
});
export const invalidValue = (path: string, detail = 'This value is not valid.'): FieldError => ({ code: 'InvalidValue', path, detail });

export const unauthorized = (language: 'ru' | 'en') =>
	new Problem(401, 'Unauthorized', language === 'ru' ? 'Неверный логин или пароль' : 'Invalid user name or password');
export const forbidden = (detail = 'Forbidden') => new Problem(403, 'Forbidden', detail);
export const notFound = (detail = 'Not found') => new Problem(404, 'Not Found', detail);
export const unprocessable = (detail: string) => new Problem(422, 'Unprocessable Entity', detail);

export function nginxPage(status: number, reason: string): string {
	const title = `${status} ${reason}`;
	return `<html>\r\n<head><title>${title}</title></head>\r\n<body>\r\n<center><h1>${title}</h1></center>\r\n<hr><center>nginx</center>\r\n</body>\r\n</html>\r\n`;
}
