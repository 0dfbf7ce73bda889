import type { FastifyInstance, FastifyRequest } from 'fastify';
import { hrefLinks } from '../entities/present';
import { eventFilter } from '../events/filter';
import { EVENT_TYPES, eventLabel } from '../events/types';
import { crudRoutes } from '../http/crud';
import { originOf, sendList } from '../http/envelope';
import { requireProduct } from '../http/product';
import { isRecord, scalar, withOf, type Query } from '../http/query';
import type { EventRow } from '../store/moreRows';
import type { EntityType } from '../store/rows';
import type { World } from '../world';
import { presentNote } from './notes';

/** The history, newest first. facts: extended 5.1 */
export function eventRoutes(app: FastifyInstance, world: World): void {
	const { events } = world.account;
	const history = () => {
		requireProduct(world.switches.events, 'The history of events');
		return events.values();
	};

	crudRoutes(app, world, {
		path: '/events',
		key: 'events',
		name: { pattern: '[0-9a-z]{26}', of: ({ uid }) => uid },
		rows: history,
		present: (row, request) => presentEvent(world, request, row),
		list: {
			get max() {
				return world.switches.eventsPageMax;
			},
			select(query) {
				const isAsked = eventFilter(query);
				const now = world.clock.now();
				return { rows: events.sortedBy('id'), matches: (row) => (row.shown_at ?? 0) <= now && isAsked(row), descending: true };
			},
		},
	});

	app.get('/events/types', (request, reply) => {
		history();
		const language = scalar((request.query as Query).language_code) ?? world.account.language;
		const rows = EVENT_TYPES.map(({ key, type }) => ({ key, type, lang: eventLabel(key, language) }));
		return sendList(request, reply, 'events_types', rows, { total: true });
	});
}

const PLURAL: Readonly<Record<string, EntityType | 'tasks'>> = {
	lead: 'leads',
	contact: 'contacts',
	company: 'companies',
	customer: 'customers',
	task: 'tasks',
};

function presentEvent(world: World, request: FastifyRequest, row: EventRow) {
	const { uid: id, type, entity_id, entity_type, created_by, created_at, linked_talk_contact_id } = row;
	const { account } = world;
	const origin = originOf(request);
	const plural = PLURAL[entity_type] ?? 'leads';
	const wants = withOf(request.query as Query);
	const wantsName = wants.has(`${entity_type}_name`) && plural !== 'tasks';
	const name = wantsName ? account.entities(plural as EntityType).get(entity_id)?.name : undefined;
	/** `with=note`: the whole note, not its id alone. facts: extended 12 */
	const whole = (value: Record<string, unknown>) => {
		const note = wants.has('note') && isRecord(value.note) ? account.notes.get(Number(value.note.id)) : undefined;
		return note ? { ...value, note: presentNote(world, request, note) } : value;
	};
	return {
		id,
		type,
		entity_id,
		entity_type,
		created_by,
		created_at,
		value_after: row.value_after.map(whole),
		value_before: row.value_before.map(whole),
		...(linked_talk_contact_id === undefined ? {} : { linked_talk_contact_id }),
		account_id: account.info.id,
		_links: hrefLinks(origin, `/events/${id}`),
		_embedded: { entity: { id: entity_id, _links: hrefLinks(origin, `/${plural}/${entity_id}`), ...(name === undefined ? {} : { name }) } },
	};
}
