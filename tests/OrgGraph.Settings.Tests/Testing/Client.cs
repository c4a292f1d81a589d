using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using System.Threading.Channels;

namespace OrgGraph.Settings.Tests.Testing;

/// <summary>Somebody who talks to the server over HTTP.</summary>
public sealed class Client(OrgGraphApp app, string? credential)
{
    public OrgGraphApp App => app;

    public string? Credential => credential;

    /// <summary>Sends one request.</summary>
    public async Task<Answer> SendAsync(string query, object? variables = null, params (string Name, string Value)[] headers)
    {
        using var request = Request(query, variables, "application/json", headers);
        using var response = await app.Http.SendAsync(request);
        return await Answer.ReadAsync(response);
    }

    /// <summary>Sends a mutation whose input is one object: <c>MutateAsync("createApiKey", new { organizationId, name }, "secret apiKey { id }")</c>.</summary>
    /// <returns>The payload; version and errors are always selected.</returns>
    public async Task<Payload> MutateAsync(string mutation, object input, string selection = "")
    {
        var answer = await SendMutationAsync(mutation, input, selection);
        return answer.Errors is null ? new Payload(answer.Data.GetProperty(mutation)) : throw new InvalidOperationException($"{mutation} was refused: {answer.Text}");
    }

    /// <summary>As above, for those that expect top-level errors.</summary>
    public Task<Answer> SendMutationAsync(string mutation, object input, string selection = "") => SendAsync(
        $"mutation($input: {InputOf(mutation)}) {{ {mutation}(input: $input) {{ version {selection} errors {{ __typename ... on UserError {{ code message path }} }} }} }}", new { input });

    /// <summary>Sends several mutations in one request, done one after the other and answered as <c>m0</c>, <c>m1</c>, ...</summary>
    public Task<Answer> SendMutationsAsync(IReadOnlyList<(string Mutation, object Input)> all) => SendAsync(
        $"mutation({string.Join(", ", all.Select((one, i) => $"$i{i}: {InputOf(one.Mutation)}"))}) {{ {string.Join(' ', all.Select((one, i) => $"m{i}: {one.Mutation}(input: $i{i}) {{ version }}"))} }}",
        all.Select((one, i) => (Name: $"i{i}", one.Input)).ToDictionary(one => one.Name, one => one.Input));

    /// <summary>A query whose answer must be without errors.</summary>
    public async Task<JsonElement> QueryAsync(string query, object? variables = null)
    {
        var answer = await SendAsync(query, variables);
        return answer.Errors is null ? answer.Data : throw new InvalidOperationException($"The query was refused: {answer.Text}");
    }

    /// <summary>Subscribes by server-sent events; returns when the server has accepted.</summary>
    public async Task<EventReader> SubscribeAsync(string query, object? variables = null)
    {
        var request = Request(query, variables, "text/event-stream");
        var response = await app.Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        response.EnsureSuccessStatusCode();
        var reader = new EventReader(await response.Content.ReadAsStreamAsync(), response);
        await reader.OpenedAsync();
        return reader;
    }

    private static string InputOf(string mutation) => char.ToUpperInvariant(mutation[0]) + mutation[1..] + "Input!";

    private HttpRequestMessage Request(string query, object? variables, string accept, params (string Name, string Value)[] headers)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, "/graphql")
        {
            Content = new StringContent(JsonSerializer.Serialize(new { query, variables }), Encoding.UTF8, "application/json"),
        };
        request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue(accept));
        if (credential is not null)
        {
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", credential);
        }

        foreach (var (name, value) in headers)
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }

        return request;
    }
}

/// <summary>A whole answer.</summary>
public sealed record Answer(HttpStatusCode Status, string Text, JsonElement Body, string TraceId)
{
    public JsonElement Data => Body.GetProperty("data");

    public JsonElement? Errors => Body.TryGetProperty("errors", out var errors) ? errors : null;

    /// <summary>The codes of the top-level errors, in order.</summary>
    public string[] Codes => Errors is { } errors ? [.. errors.EnumerateArray().Select(error => error.GetProperty("extensions").GetProperty("code").GetString()!)] : [];

    /// <summary>The request's own, under which its log lines and look-ups are found.</summary>
    public static string TraceOf(HttpResponseMessage response) => response.Headers.GetValues("OrgGraph-Trace-Id").Single();

    public static async Task<Answer> ReadAsync(HttpResponseMessage response)
    {
        var text = await response.Content.ReadAsStringAsync();
        return new Answer(response.StatusCode, text, text.Length > 0 && text[0] == '{' ? JsonDocument.Parse(text).RootElement : default, TraceOf(response));
    }
}

/// <summary>A mutation's payload.</summary>
public sealed record Payload(JsonElement Json)
{
    public int? Version => Json.GetProperty("version").ValueKind == JsonValueKind.Null ? null : Json.GetProperty("version").GetInt32();

    /// <summary>The refusals as <c>TypeName path.parts</c>, e.g. <c>ValidationError input.name</c>.</summary>
    public string[] Errors =>
        [.. Json.GetProperty("errors").EnumerateArray().Select(error => error.GetProperty("__typename").GetString() + " " + string.Join('.', error.GetProperty("path").EnumerateArray().Select(part => part.GetString())))];

    /// <summary>A value inside, by property names.</summary>
    public JsonElement this[params string[] path] => path.Aggregate(Json, (json, name) => json.GetProperty(name));

    public string Text(params string[] path) => this[path].GetString()!;
}

/// <summary>Reads server-sent events as they come.</summary>
public sealed class EventReader : IAsyncDisposable
{
    private readonly Channel<(string Kind, JsonElement Data)> _events = Channel.CreateUnbounded<(string, JsonElement)>();
    private readonly TaskCompletionSource _opened = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Stream _stream;
    private readonly CancellationTokenSource _ending = new();
    private readonly HttpResponseMessage _response;
    private readonly Task _reading;

    public EventReader(Stream stream, HttpResponseMessage response)
    {
        (_stream, _response) = (stream, response);
        _reading = Task.Run(ReadAsync);
    }

    public string TraceId => Answer.TraceOf(_response);

    public Task OpenedAsync() => _opened.Task.WaitAsync(TimeSpan.FromSeconds(20));

    /// <summary>The next <c>next</c> event: its whole result.</summary>
    public async Task<JsonElement> NextAsync()
    {
        var (kind, data) = await _events.Reader.ReadAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(20));
        return kind == "next" ? data : throw new InvalidOperationException($"The stream said {kind} instead of next.");
    }

    /// <summary>The next event's payload: the value of the one field of data.</summary>
    public async Task<JsonElement> NextEventAsync() => (await NextAsync()).GetProperty("data").EnumerateObject().Single().Value;

    /// <summary>Passes events over until one is of that type.</summary>
    public async Task<JsonElement> NextEventAsync(string typeName)
    {
        while (true)
        {
            var happened = await NextEventAsync();
            if (happened.GetProperty("__typename").GetString() == typeName)
            {
                return happened;
            }
        }
    }

    /// <summary>Waits for <c>complete</c>.</summary>
    public async Task CompletedAsync()
    {
        var (kind, data) = await _events.Reader.ReadAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(20));
        Assert.True(kind == "complete", $"The stream said {kind} {data} instead of complete.");
    }

    /// <summary>Events that have come and were not read.</summary>
    public int Waiting => _events.Reader.Count;

    public async ValueTask DisposeAsync()
    {
        // Never beneath a read: the rest would be drained by two at once, and one of them could take the next request's answer for its own.
        await _ending.CancelAsync();
        await _reading;
        _ending.Dispose();
        _response.Dispose();
        await _stream.DisposeAsync();
    }

    private async Task ReadAsync()
    {
        try
        {
            using var lines = new StreamReader(_stream);
            var kind = "";
            while (await lines.ReadLineAsync(_ending.Token) is { } line)
            {
                _opened.TrySetResult();
                if (line.StartsWith("event: ", StringComparison.Ordinal))
                {
                    kind = line[7..];
                }
                else if (line.StartsWith("data:", StringComparison.Ordinal) && (line.Length > 6 || kind != "next"))
                {
                    var data = line[5..].Trim();
                    await _events.Writer.WriteAsync((kind, data.Length == 0 ? default : JsonDocument.Parse(data).RootElement));
                }
            }

            _events.Writer.TryComplete();
        }
        catch (Exception e)
        {
            _events.Writer.TryComplete(e);
        }
    }
}
