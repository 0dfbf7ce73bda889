import type { FastifyInstance, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { requestId } from '../entities/schemas';
import { hrefLinks } from '../entities/present';
import { requireAdmin } from '../http/caller';
import { crudRoutes, type Params } from '../http/crud';
import { originOf, sendJson, sendList } from '../http/envelope';
import { missing } from '../http/missing';
import { fieldNotExpected, unprocessable, type FieldError } from '../http/problems';
import { isRecord, textsOf, withOf, type Query } from '../http/query';
import type { ChatTemplateRow } from '../store/moreRows';
import { parseObject } from '../validation/batch';
import type { World } from '../world';

/** Message templates of the calling integration. facts: extended 7.8 */

const MAX_TEMPLATES = 250;
const MAX_PAGE = 50;

const int = z.number().int();
const text = z.string().min(1);
const extra = {
	buttons: z.array(z.strictObject({ type: z.enum(['inline', 'url']), text, url: z.string().optional() })).nullish(),
	attachment: z
		.strictObject({ id: text, name: text, type: z.enum(['picture', 'file', 'document', 'video']), is_external: z.boolean().nullish() })
		.nullish(),
	waba_header: z.string().max(60).nullish(),
	waba_header_type: z.enum(['text', 'media']).nullish(),
	waba_footer: z.string().max(60).nullish(),
	waba_category: z.enum(['UTILITY', 'AUTHENTICATION', 'MARKETING']).nullish(),
	waba_language: z.string().nullish(),
	waba_examples: z.record(z.string()).nullish(),
};
const TEMPLATE = z.strictObject({
	name: text.max(255),
	content: text,
	type: z.enum(['amocrm', 'waba']).optional(),
	is_editable: z.boolean().optional(),
	external_id: z.string().nullish(),
	request_id: requestId,
	...extra,
});
const PATCH = TEMPLATE.partial().extend({ id: int.optional() });
type TemplateInput = z.infer<typeof PATCH>;
const REVIEW = z.strictObject({ status: z.enum(['review', 'approved', 'paused', 'rejected']), reject_reason: z.string().nullish() });

const extrasOf = (data: TemplateInput) =>
	Object.fromEntries((Object.keys(extra) as (keyof typeof extra)[]).flatMap((key) => (data[key] === undefined ? [] : [[key, data[key]]])));

/** WhatsApp's own keys belong to its templates only. */
const checkExtras = (data: TemplateInput, type: string): FieldError[] =>
	type === 'waba' ? [] : Object.keys(extrasOf(data)).filter((key) => key.startsWith('waba_') && data[key as keyof TemplateInput] !== null).map(fieldNotExpected);

/** Only where it is asked for. facts: extended 7.8 */
const reviewOf = ({ reviews }: ChatTemplateRow, wants: Set<string>) => ({
	...(wants.has('reviews') || wants.has('review_status') ? { review_status: reviews.at(-1)?.status ?? null } : {}),
	...(wants.has('reviews') || wants.has('is_on_review') ? { is_on_review: reviews.some(({ status }) => status === 'review') } : {}),
});

export function chatTemplateRoutes(app: FastifyInstance, world: World): void {
	const { account, clock } = world;
	const table = account.chatTemplates;
	const own = (request: FastifyRequest) => [...table.values()].filter(({ client_id }) => client_id === request.caller.integration.clientId);
	const present = (row: ChatTemplateRow, request: FastifyRequest) => ({
		id: row.id,
		account_id: account.info.id,
		name: row.name,
		content: row.content,
		created_at: row.created_at,
		updated_at: row.updated_at,
		is_editable: row.is_editable,
		external_id: row.external_id,
		type: row.type,
		...row.extra,
		...reviewOf(row, withOf(request.query as Query)),
		_links: hrefLinks(originOf(request), `/chats/templates/${row.id}`),
		...(withOf(request.query as Query).has('reviews') ? { _embedded: { reviews: row.reviews } } : {}),
	});

	crudRoutes(app, world, {
		path: '/chats/templates',
		key: 'chat_templates',
		admin: 'all',
		rows: own,
		present,
		list: {
			max: MAX_PAGE,
			filter(query) {
				const ids = textsOf(isRecord(query.filter) ? query.filter.external_id : undefined);
				return ({ external_id }) => !ids || (external_id !== null && ids.includes(external_id));
			},
		},
		create: {
			schema: TEMPLATE,
			check(data, request) {
				const more = Array.isArray(request.body) ? request.body.length : 1;
				if (own(request).length + more > MAX_TEMPLATES) throw unprocessable('Templates limit reached');
				return checkExtras(data, data.type ?? 'amocrm');
			},
			make(data, request) {
				const now = clock.seconds();
				return table.add({
					id: table.nextId(),
					client_id: request.caller.integration.clientId,
					name: data.name,
					content: data.content,
					created_at: now,
					updated_at: now,
					is_editable: data.is_editable ?? true,
					external_id: data.external_id ?? null,
					type: data.type ?? 'amocrm',
					extra: extrasOf(data),
					reviews: [],
				});
			},
		},
		update: {
			schema: PATCH,
			batch: true,
			check: (data, row) => checkExtras(data, data.type ?? row.type),
			apply(row, data) {
				table.change(row, {
					name: data.name ?? row.name,
					content: data.content ?? row.content,
					is_editable: data.is_editable ?? row.is_editable,
					external_id: data.external_id === undefined ? row.external_id : data.external_id,
					type: data.type ?? row.type,
					extra: { ...row.extra, ...extrasOf(data) },
					updated_at: clock.seconds(),
				});
			},
		},
		remove: { run: ({ id }) => void table.delete(id), batch: true },
	});

	const one = '/chats/templates/:id(^\\d+$)/review';
	const find = (request: FastifyRequest<{ Params: Params }>) => own(request).find(({ id }) => id === Number(request.params.id));

	/** Sends a WhatsApp template to review: one review per WhatsApp source. */
	app.post<{ Params: Params }>(one, (request, reply) => {
		requireAdmin(request);
		const row = find(request);
		if (!row) return missing(reply, world);
		if (row.type !== 'waba') throw unprocessable('Only WhatsApp templates are reviewed');
		const sources = [...account.sources.values()].filter(({ is_deleted }) => !is_deleted);
		const whatsapp = sources.filter(({ services }) => services.some((service) => isRecord(service) && service.type === 'whatsapp'));
		const reviews = whatsapp.map(({ id }) => ({ id: account.nextSmallId(), source_id: id, status: 'review', reject_reason: '' }));
		table.change(row, { reviews });
		return sendList(request, reply, 'reviews', reviews, { total: true });
	});

	app.post<{ Params: Params }>(`${one}/:reviewId(^\\d+$)`, (request, reply) => {
		requireAdmin(request);
		const row = find(request);
		const review = row?.reviews.find(({ id }) => id === Number(request.params.reviewId));
		if (!row || !review) return missing(reply, world);
		const { status, reject_reason } = parseObject(request.body, REVIEW, world.switches);
		const changed = { ...review, status, reject_reason: reject_reason ?? '' };
		table.change(row, { reviews: row.reviews.map((entry) => (entry === review ? changed : entry)) });
		world.changes.publish({ kind: 'review', row, by: request.caller.user.id });
		return sendJson(reply, changed);
	});
}
