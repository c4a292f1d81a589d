namespace OrgGraph.Secrets;

/// <summary>The key ring cannot be used or changed. The message says what to do and holds no key.</summary>
public sealed class KeyRingException : Exception
{
    /// <summary>Tells of a ring that cannot be used or changed.</summary>
    /// <param name="message">What is wrong and what an operator does.</param>
    /// <param name="inner">What failed below.</param>
    public KeyRingException(string message, Exception? inner = null)
        : base(message, inner)
    {
    }
}
