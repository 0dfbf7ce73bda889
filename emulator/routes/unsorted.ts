import type { FastifyInstance, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { checkEntity } from '../entities/check';
import { hrefLinks } from '../entities/present';
import { CREATE, requestId } from '../entities/schemas';
import { crudRoutes } from '../http/crud';
import { originOf, sendJson } from '../http/envelope';
import { notSupportedChoice, type FieldError } from '../http/problems';
import { intsOf, isRecord, listOf, rangeOf, within, type Query } from '../http/query';
import { unsortedRights } from '../http/rights';
import { omit } from '../omit';
import type { UnsortedRow } from '../store/moreRows';
import type { Switches } from '../switches';
import { acceptUnsorted, addUnsorted, declineUnsorted, linkUnsorted } from '../unsorted/write';
import { parseObject } from '../validation/batch';
import type { World } from '../world';

/** Incoming leads over HTTP. facts: core 6 */

const int = z.number().int();
const loose = z.union([z.string(), z.number()]).nullish();
const METADATA = {
	sip: z.strictObject({
		phone: z.union([z.string(), z.number()]),
		call_responsible: loose,
		called_at: int.nullish(),
		duration: loose,
		link: z.string().nullish(),
		service_code: z.string().nullish(),
		uniq: loose,
		is_call_event_needed: z.boolean().nullish(),
		from: loose,
	}),
	forms: z.strictObject({
		form_id: loose,
		form_name: z.string().nullish(),
		form_page: z.string().nullish(),
		ip: z.string().nullish(),
		form_sent_at: loose,
		referer: z.string().nullish(),
		visitor_uid: z.string().nullish(),
		form_type: loose,
	}),
};
const embedded = z.strictObject({
	leads: z.array(CREATE.leads).max(1).nullish(),
	contacts: z.array(CREATE.contacts).max(1).nullish(),
	companies: z.array(CREATE.companies).max(1).nullish(),
});
const createSchema = (category: 'sip' | 'forms') =>
	z.strictObject({
		source_uid: z.string(),
		source_name: z.string(),
		metadata: METADATA[category],
		pipeline_id: int.nullish(),
		created_at: int.nullish(),
		request_id: requestId,
		_embedded: embedded.nullish(),
	});
type CreateBody = z.infer<ReturnType<typeof createSchema>>;

const ACCEPT = z.strictObject({ user_id: int.nullish(), status_id: int.nullish() });
const DECLINE = z.strictObject({ user_id: int.nullish() });
const LINK = z.strictObject({
	user_id: int.nullish(),
	link: z.strictObject({
		entity_id: int,
		entity_type: z.enum(['leads', 'customers']),
		metadata: z.strictObject({ contact_id: int.nullish() }).nullish(),
	}),
});

const LINKABLE: Record<Switches['unsortedLink'], UnsortedRow['category'][]> = { chats: ['chats'], chats_mail: ['chats', 'mail'] };

export function unsortedRoutes(app: FastifyInstance, world: World): void {
	const { account } = world;
	const open = () => [...account.unsorted.values()].filter(({ state }) => state === 'open');

	app.get('/leads/unsorted/summary', (request, reply) => sendJson(reply, summary([...account.unsorted.values()].filter(unsortedFilter(request.query as Query)))));

	const rights = (request: FastifyRequest) => unsortedRights(world, request);
	for (const category of ['sip', 'forms'] as const) {
		crudRoutes(app, world, {
			path: `/leads/unsorted/${category}`,
			key: 'unsorted',
			get: false,
			rights,
			rows: open,
			present(row, request) {
				const { uid, account_id, _links, _embedded } = presentUnsorted(world, request, row);
				return { uid, account_id, _links, _embedded };
			},
			create: {
				schema: createSchema(category),
				check: (data) => checkUnsorted(world, data),
				make: ({ source_uid, source_name, pipeline_id, created_at, metadata, _embedded }, request) =>
					addUnsorted(world, request.caller, {
						category,
						source_uid,
						source_name,
						pipeline_id: pipeline_id ?? undefined,
						created_at: created_at ?? undefined,
						metadata,
						lead: _embedded?.leads?.[0],
						contact: _embedded?.contacts?.[0],
						company: _embedded?.companies?.[0],
					}),
			},
		});
	}

	crudRoutes(app, world, {
		path: '/leads/unsorted',
		key: 'unsorted',
		rights,
		name: { pattern: '[0-9a-f]{20,60}', of: ({ uid }) => uid },
		rows: open,
		present: (row, request) => presentUnsorted(world, request, row),
		get: { absent: 404 },
		// Newest first, whatever order is asked for. facts: core 3.5
		list: { select: (query) => ({ rows: open().filter(unsortedFilter(query)).sort((a, b) => b.created_at - a.created_at || b.id - a.id) }) },
		acts: {
			'POST /accept': (row, request, reply) => {
				const data = parseObject(request.body ?? {}, ACCEPT, world.switches, ({ user_id, status_id }) => [
					...checkUser(world, user_id),
					...(typeof status_id === 'number' && !account.status(row.pipeline_id, status_id) ? [notSupportedChoice('status_id')] : []),
				]);
				acceptUnsorted(world, row, data.user_id ?? request.caller.user.id, data.status_id ?? undefined);
				return sendJson(reply, outcome(request, row, ['leads', 'contacts', 'companies']));
			},
			'DELETE /decline': (row, request, reply) => {
				const data = parseObject(request.body ?? {}, DECLINE, world.switches, ({ user_id }) => checkActor(world, user_id));
				declineUnsorted(world, row, data.user_id ?? request.caller.user.id);
				return sendJson(reply, outcome(request, row, ['leads', 'contacts']));
			},
			'POST /link': (row, request, reply) => {
				const { link, user_id } = parseObject(request.body, LINK, world.switches, (data) => [
					...(LINKABLE[world.switches.unsortedLink].includes(row.category) ? [] : [notSupportedChoice('category')]),
					...checkActor(world, data.user_id),
					...checkContact(world, data.link.metadata?.contact_id),
					...(account.entities(data.link.entity_type).get(data.link.entity_id)?.is_deleted === false ? [] : [notSupportedChoice('link.entity_id')]),
				]);
				const to = { type: link.entity_type, id: link.entity_id };
				linkUnsorted(world, row, to, link.metadata?.contact_id ?? undefined, user_id ?? request.caller.user.id);
				const target = { id: link.entity_id, _links: hrefLinks(originOf(request), `/${link.entity_type}/${link.entity_id}`) };
				return sendJson(reply, { uid: row.uid, _embedded: { [link.entity_type]: [target] } });
			},
		},
	});
}

function checkUnsorted(world: World, data: CreateBody): FieldError[] {
	const { account, switches } = world;
	const members = ['leads', 'contacts', 'companies'] as const;
	const again = switches.unsortedDuplicates === 'reject' && [...account.unsorted.values()].some(({ source_uid }) => source_uid === data.source_uid);
	return [
		...(typeof data.pipeline_id === 'number' && !account.pipelines.has(data.pipeline_id) ? [notSupportedChoice('pipeline_id')] : []),
		...(again ? [notSupportedChoice('source_uid')] : []),
		...members.flatMap((type) => (data._embedded?.[type] ?? []).flatMap((model) => checkEntity(world, type, model, undefined, `_embedded.${type}.0.`))),
	];
}

const checkContact = ({ account }: World, id: number | null | undefined): FieldError[] =>
	typeof id !== 'number' || account.contacts.get(id)?.is_deleted === false ? [] : [notSupportedChoice('link.metadata.contact_id')];

const checkUser = ({ account }: World, id: number | null | undefined): FieldError[] =>
	typeof id === 'number' && !account.activeUser(id) ? [notSupportedChoice('user_id')] : [];

/** Who declines or links may be the robot as well: 0. An accepted lead needs someone responsible. facts: extended 12 */
const checkActor = (world: World, id: number | null | undefined): FieldError[] => (id === 0 ? [] : checkUser(world, id));

function unsortedFilter(query: Query): (row: UnsortedRow) => boolean {
	const filter = isRecord(query.filter) ? query.filter : {};
	const uids = listOf(filter.uid);
	const categories = listOf(filter.category);
	const pipelines = intsOf(filter.pipeline_id);
	const created = rangeOf(filter.created_at);
	return (row) =>
		(!uids || uids.includes(row.uid)) &&
		(!categories || categories.includes(row.category)) &&
		(!pipelines || pipelines.has(row.pipeline_id)) &&
		(!created || within(row.created_at, created));
}

function summary(rows: UnsortedRow[]) {
	const of = (category: string) => ({ total: rows.filter((row) => row.category === category && row.state === 'open').length });
	const closed = rows.filter(({ closed_at }) => closed_at !== null);
	const spent = closed.reduce((sum, row) => sum + ((row.closed_at ?? 0) - row.created_at), 0);
	return {
		total: rows.filter(({ state }) => state === 'open').length,
		accepted: rows.filter(({ state }) => state === 'accepted').length,
		declined: rows.filter(({ state }) => state === 'declined').length,
		average_sort_time: closed.length > 0 ? Math.max(0, Math.round(spent / closed.length)) : 0,
		categories: { sip: of('sip'), mail: of('mail'), forms: of('forms'), chats: of('chats') },
	};
}

type Member = 'leads' | 'contacts' | 'companies';
const MEMBER_ID = { leads: 'lead_id', contacts: 'contact_id', companies: 'company_id' } as const;

function members(request: FastifyRequest, row: UnsortedRow, types: readonly Member[]) {
	return Object.fromEntries(
		types.map((type) => {
			const id = row[MEMBER_ID[type]];
			return [type, id === null ? [] : [{ id, _links: hrefLinks(originOf(request), `/${type}/${id}`) }]];
		}),
	);
}

function presentUnsorted({ account }: World, request: FastifyRequest, row: UnsortedRow) {
	const { uid, source_uid, source_name, category, pipeline_id, created_at, metadata } = row;
	return {
		uid,
		source_uid,
		source_name,
		category,
		pipeline_id,
		created_at,
		metadata: presentMetadata(metadata),
		account_id: account.info.id,
		_links: hrefLinks(originOf(request), `/leads/unsorted/${uid}`),
		_embedded: members(request, row, ['contacts', 'leads', 'companies']),
	};
}

/** Two numbers come back as strings, and what steers the writing alone does not come back. facts: core 6.4 */
function presentMetadata(metadata: Record<string, unknown>) {
	const wobbling = ['form_sent_at', 'duration'].filter((key) => typeof metadata[key] === 'number');
	return { ...omit(metadata, 'is_call_event_needed'), ...Object.fromEntries(wobbling.map((key) => [key, String(metadata[key])])) };
}

function outcome(request: FastifyRequest, row: UnsortedRow, types: readonly Member[]) {
	const { uid, pipeline_id, category, created_at } = row;
	return { uid, pipeline_id, category, created_at, _embedded: members(request, row, types) };
}
