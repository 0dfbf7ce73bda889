import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A chat model that does what a test tells it: OpenAI's interface, as n8n's OpenAI Chat Model calls it. */

export interface ToolSchema {
	name: string;
	description: string;
	parameters: { type: string; properties: Record<string, { type: string; description?: string }>; required?: string[] };
}

interface Message {
	role: string;
	content: string | null;
}

interface ChatRequest {
	messages: Message[];
	tools?: Array<{ function: ToolSchema }>;
}

export interface ToolCall {
	tool: string;
	args: object;
}

export interface Model {
	url: string;
	/** What the model was offered in its last run. */
	tools: ToolSchema[];
	/** What the tools answered, in order. */
	results: string[];
	/** The calls that the model makes one after the other before it ends. */
	plan: ToolCall[];
	close(): Promise<void>;
}

export async function startModel(): Promise<Model> {
	const model: Model = { url: '', tools: [], results: [], plan: [], close: async () => await new Promise((done) => server.close(() => done())) };
	const answer = ({ messages, tools = [] }: ChatRequest): object => {
		model.tools = tools.map((tool) => tool.function);
		model.results = messages.filter(({ role }) => role === 'tool').map(({ content }) => content ?? '');
		const next = model.plan[model.results.length];
		if (!next) return { role: 'assistant', content: 'Done.' };
		const call = { name: next.tool, arguments: JSON.stringify(next.args) };
		return { role: 'assistant', content: null, tool_calls: [{ id: `call_${model.results.length}`, type: 'function', function: call }] };
	};
	const server = createServer((request, response) => {
		let body = '';
		request.on('data', (chunk: Buffer) => (body += chunk.toString()));
		request.on('end', () => {
			const message = answer(JSON.parse(body) as ChatRequest);
			const choice = { index: 0, message, finish_reason: 'tool_calls' in message ? 'tool_calls' : 'stop' };
			response.setHeader('content-type', 'application/json');
			response.end(JSON.stringify({ id: 'chat', object: 'chat.completion', created: 1, model: 'test', choices: [choice], usage: { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 } }));
		});
	});
	await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
	model.url = `http://localhost:${(server.address() as AddressInfo).port}/v1`;
	return model;
}
