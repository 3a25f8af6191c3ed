"""Writes chat.json: chat templates and what Transformers makes of them.

    pip install transformers jinja2
    python make_chat_fixtures.py ../resources/org/tenon/tokenizers/chat/chat.json [TOKENIZER_DIRECTORY...]

The templates below are our own, in the manner of the families that they are named after: the same statements,
filters, methods and white space control. Directories with a tokenizer_config.json add its template, for a
comparison that isn't committed.
"""

import json
import os
import sys

from transformers.utils.chat_template_utils import render_jinja_template

TEMPLATES = {
    "chatml": (
        {"bos_token": "<s>", "eos_token": "</s>"},
        "{% for message in messages %}{{'<|im_start|>' + message['role'] + '\\n' + message['content'] + '<|im_end|>' + '\\n'}}"
        "{% endfor %}{% if add_generation_prompt %}{{ '<|im_start|>assistant\\n' }}{% endif %}",
    ),
    "llama-3": (
        {"bos_token": "<|begin_of_text|>", "eos_token": "<|eot_id|>"},
        "{% set loop_messages = messages %}{% for message in loop_messages %}{% set content = '<|start_header_id|>' + "
        "message['role'] + '<|end_header_id|>\n\n'+ message['content'] | trim + '<|eot_id|>' %}{% if loop.index0 == 0 %}"
        "{% set content = bos_token + content %}{% endif %}{{ content }}{% endfor %}{% if add_generation_prompt %}"
        "{{ '<|start_header_id|>assistant<|end_header_id|>\n\n' }}{% endif %}",
    ),
    "llama-3.x with dates and tools": (
        {"bos_token": "<|begin_of_text|>"},
        """{{- bos_token }}
{%- if custom_tools is defined %}
    {%- set tools = custom_tools %}
{%- endif %}
{%- if not tools_in_user_message is defined %}
    {%- set tools_in_user_message = true %}
{%- endif %}
{%- if not date_string is defined %}
    {%- set date_string = "26 Jul 2024" %}
{%- endif %}
{%- if not tools is defined %}
    {%- set tools = none %}
{%- endif %}

{#- The system message comes first, so it can be told apart. #}
{%- if messages[0]['role'] == 'system' %}
    {%- set system_message = messages[0]['content']|trim %}
    {%- set messages = messages[1:] %}
{%- else %}
    {%- set system_message = "" %}
{%- endif %}

{#- System message #}
{{- "<|start_header_id|>system<|end_header_id|>\\n\\n" }}
{%- if builtin_tools is defined or tools is not none %}
    {{- "Environment: ipython\\n" }}
{%- endif %}
{%- if builtin_tools is defined %}
    {{- "Tools: " + builtin_tools | reject('equalto', 'code_interpreter') | join(", ") + "\\n\\n"}}
{%- endif %}
{{- "Cutting Knowledge Date: December 2023\\n" }}
{{- "Today Date: " + date_string + "\\n\\n" }}
{%- if tools is not none and not tools_in_user_message %}
    {%- for t in tools %}
        {{- t | tojson(indent=4) }}
        {{- "\\n\\n" }}
    {%- endfor %}
{%- endif %}
{{- system_message }}
{{- "<|eot_id|>" }}

{%- if tools_in_user_message and not tools is none %}
    {%- if messages | length != 0 %}
        {%- set first_user_message = messages[0]['content']|trim %}
        {%- set messages = messages[1:] %}
    {%- else %}
        {{- raise_exception("Cannot put tools in the first user message when there's no first user message!") }}
    {%- endif %}
    {{- '<|start_header_id|>user<|end_header_id|>\\n\\n' -}}
    {%- for t in tools %}
        {{- t | tojson(indent=4) }}
        {{- "\\n\\n" }}
    {%- endfor %}
    {{- first_user_message + "<|eot_id|>"}}
{%- endif %}

{%- for message in messages %}
    {%- if not (message.role == 'ipython' or message.role == 'tool' or 'tool_calls' in message) %}
        {{- '<|start_header_id|>' + message['role'] + '<|end_header_id|>\\n\\n'+ message['content'] | trim + '<|eot_id|>' }}
    {%- elif 'tool_calls' in message %}
        {{- raise_exception("no tool calls here") }}
    {%- elif message.role == "tool" or message.role == "ipython" %}
        {{- "<|start_header_id|>ipython<|end_header_id|>\\n\\n" }}
        {%- if message.content is mapping or message.content is iterable and message.content is not string %}
            {{- message.content | tojson }}
        {%- else %}
            {{- message.content }}
        {%- endif %}
        {{- "<|eot_id|>" }}
    {%- endif %}
{%- endfor %}
{%- if add_generation_prompt %}
    {{- '<|start_header_id|>assistant<|end_header_id|>\\n\\n' }}
{%- endif %}
""",
    ),
    "qwen": (
        {"eos_token": "<|im_end|>"},
        """{%- if tools %}
    {{- '<|im_start|>system\\n' }}
    {%- if messages[0].role == 'system' %}
        {{- messages[0].content + '\\n\\n' }}
    {%- endif %}
    {{- "# Tools\\n\\n<tools>" }}
    {%- for tool in tools %}
        {{- "\\n" }}
        {{- tool | tojson }}
    {%- endfor %}
    {{- "\\n</tools>{\\"name\\": <function-name>}<|im_end|>\\n" }}
{%- else %}
    {%- if messages[0].role == 'system' %}
        {{- '<|im_start|>system\\n' + messages[0].content + '<|im_end|>\\n' }}
    {%- endif %}
{%- endif %}
{%- set ns = namespace(multi_step_tool=true, last_query_index=messages|length - 1) %}
{%- for message in messages[::-1] %}
    {%- set index = (messages|length - 1) - loop.index0 %}
    {%- if ns.multi_step_tool and message.role == "user" and not(message.content.startswith('<tool_response>') and message.content.endswith('</tool_response>')) %}
        {%- set ns.multi_step_tool = false %}
        {%- set ns.last_query_index = index %}
    {%- endif %}
{%- endfor %}
{%- for message in messages %}
    {%- if (message.role == "user") or (message.role == "system" and not loop.first) %}
        {{- '<|im_start|>' + message.role + '\\n' + message.content + '<|im_end|>' + '\\n' }}
    {%- elif message.role == "assistant" %}
        {%- set content = message.content %}
        {%- set reasoning_content = '' %}
        {%- if message.reasoning_content is defined and message.reasoning_content is not none %}
            {%- set reasoning_content = message.reasoning_content %}
        {%- else %}
            {%- if '</think>' in message.content %}
                {%- set content = message.content.split('</think>')[-1].lstrip('\\n') %}
                {%- set reasoning_content = message.content.split('</think>')[0].rstrip('\\n').split('<think>')[-1].lstrip('\\n') %}
            {%- endif %}
        {%- endif %}
        {%- if loop.index0 > ns.last_query_index %}
            {%- if loop.last or (not loop.last and reasoning_content) %}
                {{- '<|im_start|>' + message.role + '\\n<think>\\n' + reasoning_content.strip('\\n') + '\\n</think>\\n\\n' + content.lstrip('\\n') }}
            {%- else %}
                {{- '<|im_start|>' + message.role + '\\n' + content }}
            {%- endif %}
        {%- else %}
            {{- '<|im_start|>' + message.role + '\\n' + content }}
        {%- endif %}
        {%- if message.tool_calls %}
            {%- for tool_call in message.tool_calls %}
                {{- tool_call.name }}
            {%- endfor %}
        {%- endif %}
        {{- '<|im_end|>\\n' }}
    {%- elif message.role == "tool" %}
        {%- if loop.first or (messages[loop.index0 - 1].role != "tool") %}
            {{- '<|im_start|>user' }}
        {%- endif %}
        {{- '\\n<tool_response>\\n' }}
        {{- message.content }}
        {{- '\\n</tool_response>' }}
        {%- if loop.last or (messages[loop.index0 + 1].role != "tool") %}
            {{- '<|im_end|>\\n' }}
        {%- endif %}
    {%- endif %}
{%- endfor %}
{%- if add_generation_prompt %}
    {{- '<|im_start|>assistant\\n' }}
    {%- if enable_thinking is defined and enable_thinking is false %}
        {{- '<think>\\n\\n</think>\\n\\n' }}
    {%- endif %}
{%- endif %}
""",
    ),
    "mistral": (
        {"bos_token": "<s>", "eos_token": "</s>"},
        """{%- if messages[0]["role"] == "system" %}
    {%- set system_message = messages[0]["content"] %}
    {%- set loop_messages = messages[1:] %}
{%- else %}
    {%- set loop_messages = messages %}
{%- endif %}
{%- if not tools is defined %}
    {%- set tools = none %}
{%- endif %}
{%- set user_messages = loop_messages | selectattr("role", "equalto", "user") | list %}

{#- The roles have to alternate. #}
{%- set ns = namespace() %}
{%- set ns.index = 0 %}
{%- for message in loop_messages %}
    {%- if (message["role"] == "user") != (ns.index % 2 == 0) %}
        {{- raise_exception("After the optional system message, conversation roles must alternate user/assistant/user/assistant/...") }}
    {%- endif %}
    {%- set ns.index = ns.index + 1 %}
{%- endfor %}

{{- bos_token }}
{%- for message in loop_messages %}
    {%- if message["role"] == "user" %}
        {%- if tools is not none and (message == user_messages[-1]) %}
            {{- "[AVAILABLE_TOOLS] [" }}
        {%- endif %}
        {%- if loop.last and system_message is defined %}
            {{- "[INST] " + system_message + "\\n\\n" + message["content"] + "[/INST]" }}
        {%- else %}
            {{- "[INST] " + message["content"] + "[/INST]" }}
        {%- endif %}
    {%- elif message["role"] == "assistant" %}
        {{- " " + message["content"]|trim + eos_token}}
    {%- else %}
        {{- raise_exception("Only user and assistant roles are supported, with the exception of an initial optional system message!") }}
    {%- endif %}
{%- endfor %}
""",
    ),
    "deepseek": (
        {"bos_token": "<｜begin▁of▁sentence｜>", "eos_token": "<｜end▁of▁sentence｜>"},
        "{% if not add_generation_prompt is defined %}{% set add_generation_prompt = false %}{% endif %}"
        "{% set ns = namespace(is_first=false, is_tool=false, system_prompt='', is_first_sp=true) %}"
        "{%- for message in messages %}{%- if message['role'] == 'system' %}{%- if ns.is_first_sp %}"
        "{% set ns.system_prompt = ns.system_prompt + message['content'] %}{% set ns.is_first_sp = false %}{%- else %}"
        "{% set ns.system_prompt = ns.system_prompt + '\n\n' + message['content'] %}{%- endif %}{%- endif %}{%- endfor %}"
        "{{ bos_token }}{{ ns.system_prompt }}{%- for message in messages %}{%- if message['role'] == 'user' %}"
        "{%- set ns.is_tool = false -%}{{'<｜User｜>' + message['content']}}{%- endif %}"
        "{%- if message['role'] == 'assistant' and message['content'] is not none %}{%- if ns.is_tool %}"
        "{{'<｜tool▁outputs▁end｜>' + message['content'] + '<｜end▁of▁sentence｜>'}}{%- set ns.is_tool = false -%}{%- else %}"
        "{% set content = message['content'] %}{% if '</think>' in content %}{% set content = content.split('</think>')[-1] %}{% endif %}"
        "{{'<｜Assistant｜>' + content + '<｜end▁of▁sentence｜>'}}{%- endif %}{%- endif %}{%- if message['role'] == 'tool' %}"
        "{%- set ns.is_tool = true -%}{{'\n<｜tool▁output▁begin｜>' + message['content'] + '<｜tool▁output▁end｜>'}}{%- endif %}"
        "{%- endfor -%}{% if ns.is_tool %}{{'<｜tool▁outputs▁end｜>'}}{% endif %}"
        "{% if add_generation_prompt and not ns.is_tool %}{{'<｜Assistant｜>'}}{% endif %}",
    ),
    "gemma": (
        {"bos_token": "<bos>"},
        """{{ bos_token }}
{%- if messages[0]['role'] == 'system' -%}
    {%- if messages[0]['content'] is string -%}
        {%- set first_user_prefix = messages[0]['content'] + '

' -%}
    {%- else -%}
        {%- set first_user_prefix = messages[0]['content'][0]['text'] + '

' -%}
    {%- endif -%}
    {%- set loop_messages = messages[1:] -%}
{%- else -%}
    {%- set first_user_prefix = "" -%}
    {%- set loop_messages = messages -%}
{%- endif -%}
{%- for message in loop_messages -%}
    {%- if (message['role'] == 'user') != (loop.index0 % 2 == 0) -%}
        {{ raise_exception("Conversation roles must alternate user/assistant/user/assistant/...") }}
    {%- endif -%}
    {%- if (message['role'] == 'assistant') -%}
        {%- set role = "model" -%}
    {%- else -%}
        {%- set role = message['role'] -%}
    {%- endif -%}
    {{ '<start_of_turn>' + role + '
' + (first_user_prefix if loop.first else "") }}
    {%- if message['content'] is string -%}
        {{ message['content'] | trim }}
    {%- elif message['content'] is iterable -%}
        {%- for item in message['content'] -%}
            {{ item['text'] | trim }}
        {%- endfor -%}
    {%- else -%}
        {{ raise_exception("Invalid content type") }}
    {%- endif -%}
    {{ '<end_of_turn>
' }}
{%- endfor -%}
{%- if add_generation_prompt -%}
    {{'<start_of_turn>model
'}}
{%- endif -%}
""",
    ),
    "macros, conditions and white space": (
        {"bos_token": "<s>", "eos_token": "</s>"},
        """{% macro turn(role, text='-', mark=none) -%}
  [{{ role | upper }}]{% if mark is not none %}{{ mark }}{% endif %} {{ text }}
{%- endmacro %}
{% for message in messages if message.role != 'system' %}
  {# a comment #}
  {{ loop.index }}/{{ loop.length }} {{ turn(message.role, message.content, mark='*' if loop.last else none) }}
    {% if loop.first %}
first{% elif not loop.last and message.role in ['user', 'tool'] %}
middle{% else %}
end{%+ endif %}

{% endfor %}
{%- set lines %}
  {{ messages | map(attribute='role') | join('|') }}
{% endset -%}
{{ lines | trim }} {{ 'a' 'b' ~ (1 + 2) }} {{ messages[0].content[:3] }}{{ messages[-1]['content'][-2:] }} {{ messages[0]['content'][::-1] }}
{{ {'a': [1, 2.5, true, none], "b'c": 'd"e'} }} {{ {'x': {'y': 'z'}} | tojson }} {{ not messages[0].role == 'user' }}
{% raw %}{{ not a tag }}{% endraw %}
{{ (1, 2)[0] }} {{ 7 // 2 }} {{ 7 % 3 }} {{ 'x' if false }} {{ missing }} {{ missing | default('none such') }}
{% for key, value in {'k': 1, 'l': 2}.items() %}{{ key }}={{ value }}{% if not loop.last %}, {% endif %}{% endfor %}

{% generation %}{{ messages[-1].content.strip().replace('a', 'b').title() }}{% endgeneration %}
{% for i in range(5) %}{% if i == 1 %}{% continue %}{% endif %}{% if i == 3 %}{% break %}{% endif %}{{ i }}{% endfor %}

""",
    ),
}

CONVERSATIONS = [
    [("user", "Hello, how are you?")],
    [("system", "  You are terse.\n"), ("user", "What is 2 + 2?")],
    [("system", "Be kind."), ("user", "Hi"), ("assistant", " Hello! "), ("user", "Tell me a joke \n\n about \"quotes\" & <tags> {{ braces }} {% x %}")],
    [("user", "One"), ("assistant", "<think>\nfirst one\n</think>\n\nTwo"), ("user", "Three"), ("assistant", "<think>\nlast\n</think>\n\nFour\n")],
    [("user", "Ünïcode 你好 😀 'single' \\ back\\nslash"), ("assistant", "false"), ("user", "  \t ")],
    [("user", "a"), ("user", "b")],
    [("user", "call"), ("assistant", "calling"), ("tool", "{\"x\": 1}"), ("tool", "second"), ("assistant", "done"), ("user", "ok")],
    [("system", "one"), ("system", "two"), ("user", "<tool_response>no</tool_response>"), ("assistant", "x")],
]

VARIABLES = [{}, {"enable_thinking": False}, {"date_string": "1 Jan 2026", "tools": [{"type": "function", "function": {"name": "f", "description": "d\u00e9 \"q\"", "parameters": {"a": [], "b": {}}}}], "tools_in_user_message": False}]


def render(template, tokens, messages, prompt, variables):
    conversation = [{"role": role, "content": content} for role, content in messages]
    arguments = {"tools": None, "documents": None, **variables}
    try:
        rendered, _ = render_jinja_template([conversation], chat_template=template, add_generation_prompt=prompt, **arguments, **tokens)
        return {"expected": rendered[0]}
    except Exception as error:
        return {"error": str(error)}


def main(path, directories):
    templates = dict(TEMPLATES)
    for directory in directories:
        with open(os.path.join(directory, "tokenizer_config.json"), encoding="utf-8") as file:
            config = json.load(file)
        if "chat_template" in config:
            tokens = {k: v["content"] if isinstance(v, dict) else v for k, v in config.items() if k in ("bos_token", "eos_token") and v}
            templates[directory] = (tokens, config["chat_template"])
    fixtures = []
    for name, (tokens, template) in templates.items():
        cases = []
        for messages in CONVERSATIONS:
            for prompt in (False, True):
                for variables in VARIABLES if prompt else VARIABLES[:1]:
                    result = render(template, tokens, messages, prompt, variables)
                    cases.append({"messages": messages, "prompt": prompt, "variables": variables, **result})
        fixtures.append({"name": name, "tokens": tokens, "template": template, "cases": cases})
    with open(path, "w", encoding="utf-8") as file:
        json.dump(fixtures, file, ensure_ascii=False, indent=1)
        file.write("\n")
    print(sum(len(fixture["cases"]) for fixture in fixtures), "cases", sum("error" in case for fixture in fixtures for case in fixture["cases"]), "refused")


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2:])
