import type { ZodType, ZodTypeDef } from 'zod';
import { Problem } from './problems';

/** A body of the control API, or a 400 that says in plain words what is wrong with it. */
export function parsed<T>(schema: ZodType<T, ZodTypeDef, unknown>, body: unknown): T {
	const result = schema.safeParse(body);
	if (result.success) return result.data;
	throw new Problem(400, 'Bad Request', result.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`).join('; '));
}
