import { z } from 'zod';
import { CREATE, type EntityInput, requestId, source } from '../entities/schemas';
import { plainIssues } from '../validation/zodErrors';

/** A lead with its contact and company in one piece: each an id or a full model. facts: core 5.5 */

const reference = z.strictObject({ id: z.number().int(), is_main: z.boolean().nullish(), request_id: requestId });

/** A full model may not carry an id; the union must report the errors of the branch the caller meant. */
const model = (type: 'contacts' | 'companies') =>
	z.unknown().transform((value, context): EntityInput => {
		const isReference = typeof value === 'object' && value !== null && 'id' in value;
		const schema = isReference ? reference : CREATE[type];
		const result = schema.safeParse(value);
		if (result.success) return result.data as EntityInput;
		for (const issue of plainIssues(result.error, schema)) context.addIssue(issue);
		return z.NEVER;
	});

export const METADATA = z
	.object({ category: z.enum(['sip', 'forms']).nullish() })
	.passthrough();

const embedded = z.strictObject({
	tags: z.unknown().optional(),
	contacts: z.array(model('contacts')).max(1).nullish(),
	companies: z.array(model('companies')).max(1).nullish(),
	metadata: METADATA.nullish(),
	source: source.nullish(),
});

export const COMPLEX_LEAD = z
	.object({ _embedded: embedded.nullish() })
	.passthrough()
	.transform((value, context) => {
		const { _embedded: inner, ...own } = value;
		// An incoming lead keeps its source in the request itself, not on the lead.
		const source = inner?.metadata ? undefined : inner?.source;
		const lead = CREATE.leads.safeParse({ ...own, _embedded: { tags: inner?.tags, source } });
		if (!lead.success) {
			for (const issue of plainIssues(lead.error, CREATE.leads)) context.addIssue(issue);
			return z.NEVER;
		}
		return {
			lead: lead.data,
			contact: inner?.contacts?.[0],
			company: inner?.companies?.[0],
			metadata: inner?.metadata ?? undefined,
			source: inner?.source ?? undefined,
		};
	});
