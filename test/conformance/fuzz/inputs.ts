import fc from 'fast-check';

/** What a hostile, broken or merely unlucky client sends. */

export interface Sent {
	method: string;
	/** With its query string. */
	path: string;
	headers: Record<string, string>;
	body: string | undefined;
}

const KEYS = `id name price status_id pipeline_id responsible_user_id created_by updated_by created_at updated_at closed_at loss_reason_id
	custom_fields_values field_id field_code values value enum_id enum_code catalog_id catalog_element_id tags_to_add tags_to_delete _embedded tags
	contacts companies leads source external_id metadata category request_id text complete_till task_type_id entity_id entity_type to_entity_id
	to_entity_type is_main quantity price_id result is_completed duration note_type params sort color is_unsorted_on statuses descriptions level
	description type enums nested parent_id required_statuses group_id fields code destination settings rights users is_admin role_id direction phone
	source_uid source_name form_id form_sent_at user_id link file_uuid file_name file_size uuid version_uuid next_date next_price mode is_enabled
	completed_at segments earn redeem chat_id contact_id force_close bot_id url trusted_websites add content services pages data execute_handlers
	email password lang grant_type client_id client_secret redirect_uri code refresh_token first_name last_name visitor_uid uniq link_id query
	__proto__ constructor prototype toString hasOwnProperty length then toJSON 0 -1`.split(/\s+/);

const WORDS = `leads contacts companies customers catalog_elements lead contact common call_in attachment text numeric select multitext date items category
	sip forms inbound outbound desc asc regular invoices A D authorization_code refresh_token PHONE EMAIL WORK true false null 1 0 142 143 7000001 46000001
	9000001 7100001 251001 251008 2026-01-31T00:00:00+03:00 https://x.example/hook http://127.0.0.1:9/hook only_deleted is_pinned contacts,leads __proto__`.split(/\s+/);

const number = fc.oneof(
	fc.constantFrom(0, -1, 1, 0.1, 142, 143, 250, 1e15, 1e21, 1e308, -1e308, 2 ** 31, 2 ** 53, Number.MIN_VALUE, 1_900_000_000, 8.64e12, 9e15),
	fc.constantFrom(7_000_001, 7_000_002, 46_000_001, 47_000_001, 2_001, 3_000_001, 9_000_001, 7_100_001, 60_000_012, 4_200_001, 251_001, 251_007, 251_012, 9_001, 500_001),
	fc.integer(),
	fc.double({ noNaN: true, noDefaultInfinity: true }),
);
const text = fc.oneof(
	fc.constantFrom(...WORDS),
	fc.constantFrom('', ' ', '\0', '\ud800', '%', '%00', '%E0%A4%A', '../../etc/passwd', '<script>', "' OR 1=1 --", 'ё'.repeat(300), 'x'.repeat(70_000), '🦊', '\r\nX-Evil: 1'),
	fc.string({ unit: 'binary', maxLength: 12 }),
);

const deep = (depth: number): unknown => JSON.parse('['.repeat(depth) + ']'.repeat(depth));

const { value } = fc.letrec<{ value: unknown }>((tie) => ({
	value: fc.oneof(
		{ depthSize: 'small', withCrossShrink: true },
		{ weight: 5, arbitrary: number },
		{ weight: 5, arbitrary: text },
		{ weight: 2, arbitrary: fc.constantFrom(null, true, false) },
		{ weight: 1, arbitrary: fc.constantFrom(40, 2_000).map(deep) },
		{ weight: 6, arbitrary: fc.array(tie('value'), { maxLength: 3 }) },
		{ weight: 12, arbitrary: fc.array(fc.tuple(fc.constantFrom(...KEYS), tie('value')), { maxLength: 5 }).map(record) },
	),
}));

/** Keeps `__proto__` as a key of its own, as JSON.parse does. */
function record(entries: [string, unknown][]): object {
	const out: Record<string, unknown> = {};
	for (const [key, inner] of entries) Object.defineProperty(out, key, { value: inner, enumerable: true, configurable: true, writable: true });
	return out;
}

/** A good body of the route with one of its leaves replaced: this gets past the first check of everything. */
function mutated(good: unknown, at: number, by: unknown): unknown {
	let left = at % Math.max(1, leaves(good));
	const walk = (node: unknown): unknown => {
		if (typeof node === 'object' && node !== null && Object.keys(node).length > 0) {
			return Array.isArray(node) ? node.map(walk) : record(Object.entries(node).map(([key, inner]): [string, unknown] => [key, walk(inner)]));
		}
		left -= 1;
		return left === -1 ? by : node;
	};
	return walk(good);
}

const leaves = (node: unknown): number =>
	typeof node === 'object' && node !== null && Object.keys(node).length > 0 ? Object.values(node).reduce((sum: number, inner) => sum + leaves(inner), 0) : 1;

const bodyOf = (good: unknown): fc.Arbitrary<string | undefined> =>
	fc.oneof(
		{ weight: 4, arbitrary: fc.tuple(fc.nat(), value).map(([at, by]) => JSON.stringify(good === undefined ? by : mutated(good, at, by))) },
		{ weight: 2, arbitrary: fc.constant(good === undefined ? undefined : JSON.stringify(good)) },
		{ weight: 3, arbitrary: value.map((inner) => JSON.stringify(inner)) },
		{ weight: 3, arbitrary: value.map((inner) => JSON.stringify([inner])) },
		{ weight: 1, arbitrary: fc.constantFrom(undefined, '', '{', '[{"name":', 'null', '"', '{"a":1}}', '\ufeff[]', '[1,]', "{'a':1}", '{"__proto__":{"polluted":1}}', 'name=x&price[]=1&a[__proto__][polluted]=1') },
		{ weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 40 }) },
	);

const NAMES = `page limit with query order[id] order[updated_at] order[nonsense] order filter filter[id] filter[id][] filter[id][0] filter[name] filter[statuses][0][status_id]
	filter[statuses][0][pipeline_id] filter[price][from] filter[price][to] filter[updated_at] filter[updated_at][from] filter[created_at] filter[custom_fields_values][251007][]
	filter[custom_fields_values][251008][from] filter[entity][] filter[entity_id][] filter[type] filter[value_after][leads_statuses][0][status_id] filter[value_before][value]
	filter[uid] filter[category][] filter[is_completed] filter[entity_type] filter[note_type][] filter[destination] filter[external_id][] filter[to_entity_id] filter[to_entity_type]
	filter[size][unit] filter[size][from] filter[date][from] filter[__proto__][polluted] __proto__[polluted] constructor[prototype][polluted] filter[ ]] [ type id[] contact_id[]
	client_id state mode redirect_uri user_id language_code before_id lang pipeline`.split(/\s+/);

/** Characters that a request line cannot hold are encoded; broken percent signs go as they are. */
const lineSafe = (raw: string): string => raw.replace(/[^\x21-\x7e]/gu, (character) => encodeURIComponent(Buffer.from(character).toString())).replace(/#/g, '%23');

const query = fc.array(fc.tuple(fc.constantFrom(...NAMES), fc.oneof(text, number.map(String))), { maxLength: 4 }).map((pairs) => {
	const short = pairs.map(([name, content]) => `${name}=${lineSafe(content.slice(0, 400))}`);
	return short.length === 0 ? '' : `?${short.join('&')}`;
});

const segment = fc.oneof({ weight: 3, arbitrary: number.map(String) }, { weight: 1, arbitrary: text.map((content) => lineSafe(content.slice(0, 300)).replace(/[?]/g, '')) });

/** Parameters of the path become ids that exist, or something else. */
function pathOf(url: string, ids: readonly string[]): fc.Arbitrary<string> {
	const parts = url.split('/').map((part) => {
		if (part === '*') return segment;
		if (!part.startsWith(':')) return fc.constant(part);
		return ids.length > 0 ? fc.oneof({ weight: 4, arbitrary: fc.constantFrom(...ids) }, { weight: 1, arbitrary: segment }) : segment;
	});
	return fc.tuple(...parts).map((made) => made.join('/'));
}

const headers = fc.record(
	{
		'content-type': fc.constantFrom('application/json', 'application/x-www-form-urlencoded', 'text/plain', 'application/json; charset=utf-16', 'multipart/form-data', 'a/b/c', ''),
		'x-context-user-id': fc.constantFrom('9000001', '9000002', '0', '-1', 'x', '1e3', '9'.repeat(400)),
		authorization: fc.constantFrom('Bearer', 'Basic Og==', 'Bearer x y', `Bearer ${'a'.repeat(5_000)}`, ''),
		host: fc.constantFrom('demo.amocrm.ru', 'elsewhere.kommo.com', '[::1]', 'a b', 'x:99999', '', '..', 'ü.example'),
		'x-refresh-token': fc.constantFrom('', 'x', '__proto__'),
		'accept-language': fc.constantFrom('ru', '*;q=zz'),
		cookie: fc.constantFrom('lang=ru', 'lang=__proto__; a', '=;;='),
	},
	{ requiredKeys: [] },
);

export interface Route {
	method: string;
	url: string;
	/** A body that this route accepts, where one is known. */
	good?: unknown;
	ids: readonly string[];
}

const METHODS = ['GET', 'POST', 'PATCH', 'PUT', 'DELETE', 'HEAD', 'OPTIONS'];

export const requestTo = (routes: readonly Route[], token: string): fc.Arbitrary<Sent> =>
	fc.constantFrom(...routes).chain(({ method, url, good, ids }) =>
		fc
			.record({
				method: fc.oneof({ weight: 12, arbitrary: fc.constant(method) }, { weight: 1, arbitrary: fc.constantFrom(...METHODS) }),
				path: fc.tuple(pathOf(url, ids), query).map((parts) => parts.join('')),
				extra: fc.oneof({ weight: 5, arbitrary: fc.constant({}) }, { weight: 1, arbitrary: headers }),
				body: bodyOf(good),
			})
			.map(({ method: verb, path, extra, body }) => ({
				method: verb,
				path,
				headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json', ...extra },
				body: verb === 'GET' || verb === 'HEAD' ? undefined : body,
			})),
	);
