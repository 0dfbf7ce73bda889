import type { Server } from 'node:http';
import { Client } from 'amocrm-js';
import { hasUpdatableTags } from 'amocrm-js/dist/plugins/hasUpdatableTags';
import type { EntityType } from '../../../emulator/store/rows';
import type { RealHost } from '../realHost';

/** amocrm-js as these tests use it. Its own types differ from factory to factory; one shape for all lets a test walk over them. */

type Answer = Promise<{ data: Record<string, unknown>; response: { statusCode: number } }>;

export interface Pagination extends Iterable<Entity> {
	getData(): Entity[];
	getPage(): number;
	hasNext(): boolean;
	hasPrev(): boolean;
	hasFirst(): boolean;
	fetch(): Promise<Entity[]>;
	fetchUrl(url: string): Promise<Entity[]>;
	refresh(): Promise<Entity[] | false>;
	next(): Promise<Entity[] | false>;
	prev(): Promise<Entity[] | false>;
	first(): Promise<Entity[] | false>;
	parseLinks(answer: object): unknown;
	parseData(answer: object): unknown;
}

export interface Factory {
	get(criteria?: object): Promise<Pagination>;
	getById(id: number, criteria?: object): Promise<Entity>;
	create(rows: object[]): Promise<Entity[]>;
	update(rows: object[]): Promise<Entity[]>;
	complexCreate(): Promise<unknown>;
	tags: Factory;
	tasks: Factory;
	/** Of the plugin hasUpdatableTags. */
	tagList: {
		setFor(rows: object[], tags: object[]): Promise<Entity[]>;
		clearFor(rows: object[]): Promise<Entity[]>;
		set(tags: object[]): Promise<unknown>;
	};
}

export interface EmbeddedList {
	length: number;
	add(rows: object[]): void;
	set(rows: object[]): void;
	get(): { id?: number; name?: string }[];
	remove(rows?: object[]): void;
}

export interface Entity {
	id?: number;
	name?: string;
	text?: string;
	price?: number;
	complete_till?: number;
	updated_at?: number;
	entity_id?: number;
	entity_type?: string;
	isNew(): boolean;
	create(): Promise<Entity>;
	update(): Promise<Entity>;
	save(): Promise<Entity>;
	fetch(criteria?: object): Promise<Entity>;
	embeddedTags: EmbeddedList;
	embeddedContacts: EmbeddedList;
	embeddedCompanies: EmbeddedList;
	embeddedCustomers: EmbeddedList;
	embeddedCatalogElements: EmbeddedList;
	tagList: { update(tags: object[]): Promise<unknown>; clear(): Promise<unknown> };
	tasks: Pick<Factory, 'get' | 'create'>;
	Task: new (attributes: object) => Entity;
	/** What a task belongs to. */
	entity: { get(criteria?: object): Promise<Entity | null> };
}

type Maker = new (attributes?: object) => Entity;

export interface JsClient {
	environment: { get(path?: string): unknown; set(path: string, value: unknown): unknown; exists(path: string): boolean };
	token: {
		isExpired(): boolean;
		clear(): void;
		exists(): boolean;
		setValue(value: object): void;
		getValue(): Record<string, unknown>;
		getBaseClientOptions(): object;
		fetch(): Promise<Record<string, unknown>>;
		refresh(): Promise<Record<string, unknown>>;
		makeRequest(data: object): Answer;
		on(event: string, listener: () => void): void;
	};
	auth: { setCode(code: string): void; getUrl(mode?: string): string };
	connection: {
		connect(): Promise<boolean>;
		update(): Promise<boolean>;
		isTokenExpired(): boolean;
		waitForUserAction(): Promise<boolean>;
		authServer: { instance: Server } | null;
		getToken(): string | undefined;
		makeRequest(method: string, url: string, data?: object): Answer;
		on(event: string, listener: (...parameters: unknown[]) => void): void;
	};
	request: {
		make(method: string, url: string, data?: object): Answer;
		get(url: string, data?: object): Answer;
		post(url: string, data?: object, options?: object): Answer;
		patch(url: string, data?: object): Answer;
		delete(url: string, data?: object): Answer;
	};
	leads: Factory;
	contacts: Factory;
	companies: Factory;
	tasks: Factory;
	Lead: Maker;
	Contact: Maker;
	Company: Maker;
	Task: Maker;
	getFactoryConstructors(): Record<string, new (client: unknown) => Factory>;
}

export interface JsContext extends RealHost {
	client: JsClient;
	/** Ids that earlier calls have created, by the name of what they are. */
	ids: Record<string, number>;
	/** Pages of two leads. */
	pages: Pagination;
}

/** Connected by a pair of tokens, as an application that kept them would. */
export function jsContext(host: RealHost): JsContext {
	const client = jsClient(host);
	client.token.setValue(tokenOf(host));
	return { ...host, client, ids: {}, pages: undefined as never };
}

export function jsClient({ emulator, domain }: RealHost, auth: object = {}): JsClient {
	const { clientId, clientSecret, redirectUri } = emulator.integration;
	const options = { domain, auth: { client_id: clientId, client_secret: clientSecret, redirect_uri: redirectUri, ...auth } };
	return new (hasUpdatableTags(Client as never))(options) as unknown as JsClient;
}

export function tokenOf({ emulator }: RealHost, expiresIn = 86_400) {
	const { accessToken, refreshToken } = emulator.issueToken();
	return { token_type: 'Bearer', expires_in: expiresIn, access_token: accessToken, refresh_token: refreshToken };
}

/** What the browser brings back from the consent page: allowed at once, by the first administrator. */
export async function consent(authUrl: string): Promise<URL> {
	const url = new URL(authUrl.replace('/oauth?', '/oauth/allow?'));
	url.searchParams.set('mode', 'post_message');
	const answer = await fetch(url, { redirect: 'manual' });
	return new URL(answer.headers.get('location') ?? '');
}

/** The client hands this factory out, but has no `client.customers`. */
export function customersOf({ client }: JsContext): Factory {
	const { customers: Customers } = client.getFactoryConstructors();
	if (!Customers) throw new Error('No factory of customers');
	return new Customers(client);
}

export const tagNames = ({ emulator: { account } }: RealHost, type: EntityType, id = 0) =>
	account
		.entities(type)
		.get(id)
		?.tag_ids.map((tag) => account.tags[type].get(tag)?.name);
